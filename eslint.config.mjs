// What the linter keeps besides good habits: the borders between the folders, one reader of the environment, one clock.
// The borders are a table in scripts/lint/borders.mjs; tests/lint/borders.test.ts shows that each of these rules fires.
import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';
import { clock, environment, sqlClock } from './scripts/lint/ambient.mjs';
import { borders } from './scripts/lint/borders.mjs';

const guanjia = { rules: { borders, environment, clock, 'sql-clock': sqlClock } };

const PRODUCT = ['domain', 'workflows', 'activities', 'worker', 'api', 'db', 'common', 'stack', 'story'];

export default tseslint.config(
  { ignores: ['node_modules/', 'dist/', 'coverage/', '.guanjia/', '.try/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: ['scripts/tsconfig.json'], tsconfigRootDir: import.meta.dirname } },
    plugins: { guanjia, 'import-x': importX },
    settings: {
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
      'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts', '.js', '.json'] })],
    },
    rules: {
      eqeqeq: 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-deprecated': 'error',
      // An implementation of an asynchronous interface need not wait for anything.
      '@typescript-eslint/require-await': 'off',
      // What is taken apart here are closures and records of functions, which have no `this`.
      '@typescript-eslint/unbound-method': 'off',
      'guanjia/borders': 'error',
      'guanjia/environment': 'error',
      'guanjia/clock': 'error',
    },
  },
  {
    // It follows every import, so it is kept from what nothing imports and from node_modules.
    files: PRODUCT.map((folder) => `${folder}/**/*.ts`),
    rules: { 'import-x/no-cycle': ['error', { ignoreExternal: true }] },
  },
  { files: ['db/**/*.ts', 'activities/**/*.ts'], rules: { 'guanjia/sql-clock': 'error' } },
  // The places that may.
  { files: ['common/config.ts', 'tests/support/**/*.ts', 'scripts/**/*.ts'], rules: { 'guanjia/environment': 'off' } },
  { files: ['common/clock.ts'], rules: { 'guanjia/clock': ['error', { allow: ['Date.now'] }] } },
  // In a workflow it is Temporal's time, the same at every replay.
  { files: ['workflows/**/*.ts'], rules: { 'guanjia/clock': ['error', { allow: ['Date.now'] }] } },
  {
    files: ['api/http/middleware.ts', 'activities/unhurried.ts'],
    rules: { 'guanjia/clock': ['error', { allow: ['performance.now'] }] },
  },
  {
    files: ['tests/**/*.ts', 'bench/**/*.ts', 'scripts/**/*.ts'],
    rules: { 'guanjia/clock': ['error', { allow: ['Date.now', 'performance.now'] }] },
  },
  {
    // A story shows what was answered, whatever it is.
    files: ['story/**/*.ts'],
    rules: { '@typescript-eslint/no-base-to-string': 'off' },
  },
  {
    // Tests read answers as they come: what is in them is what the test is about.
    files: ['tests/**/*.ts'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: {
      sourceType: 'module',
      globals: { console: 'readonly', process: 'readonly', fetch: 'readonly', AbortSignal: 'readonly' },
    },
  },
  {
    files: ['**/*.js'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: { module: 'writable', require: 'readonly', __dirname: 'readonly' },
    },
  },
  prettier,
);

// Lints planted files and prints what the rules of this repository say to each. For tests/lint/borders.test.ts, which
// can't load ESLint inside jest. In: `[{ "path": "domain/a.ts", "code": "…" }]` on standard input; out: path → rule ids.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';

const snippets = JSON.parse(readFileSync(0, 'utf8'));
const folder = mkdtempSync(join(tmpdir(), 'guanjia-lint-'));
try {
  for (const { path, code } of snippets) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), `${code}\n`);
  }
  const eslint = new ESLint({
    cwd: folder,
    overrideConfigFile: resolve(import.meta.dirname, '../../eslint.config.mjs'),
    // Planted files belong to no TypeScript project; the rules that need types are not asked.
    overrideConfig: [{ ...tseslint.configs.disableTypeChecked, files: ['**/*.ts'] }],
  });
  const results = await eslint.lintFiles(['.']);
  const rulesOf = ({ filePath, messages }) => [
    relative(folder, filePath).replaceAll('\\', '/'),
    messages.map(({ ruleId, message }) => ruleId ?? message),
  ];
  process.stdout.write(JSON.stringify(Object.fromEntries(results.map(rulesOf))));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

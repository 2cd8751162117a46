/**
 * `npm run build`: dist/ as it is installed. Compiled code, the workflow bundle that workers load instead of making one
 * at every start, the data folders, and a package.json that marks the place where they are looked for.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '..');
const DIST = join(ROOT, 'dist');
/** What is read at run time, and what Node itself loads; what the code imports, as locales/, tsc has copied. */
const COPIED = ['policies', 'worker/no-call-stacks.cjs'];

interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

function node(...args: string[]): void {
  execFileSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
}

function compile(): void {
  rmSync(DIST, { recursive: true, force: true });
  node(require.resolve('typescript/bin/tsc'), '-p', 'scripts/tsconfig.build.json');
}

function copy(): void {
  for (const path of COPIED) cpSync(join(ROOT, path), join(DIST, path), { recursive: true });
  const { name, version, license } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as PackageJson;
  const marker = { name, version, license, private: true, type: 'commonjs' };
  writeFileSync(join(DIST, 'package.json'), `${JSON.stringify(marker, null, 2)}\n`);
}

/** Made by the compiled code, so that the bundle holds what will run, the failure converter included. */
function bundle(): void {
  const target = join(DIST, 'workflow-bundle.js');
  const unfinished = `${target}.new`;
  mkdirSync(dirname(target), { recursive: true });
  const script = `
    require(${JSON.stringify(join(DIST, 'worker/bundle.js'))}).makeBundle().then(({ code }) =>
      require('node:fs').writeFileSync(${JSON.stringify(unfinished)}, code));`;
  node('--enable-source-maps', '--eval', script);
  renameSync(unfinished, target);
  // What makeBundle keeps for the next start from sources.
  rmSync(join(DIST, 'node_modules'), { recursive: true, force: true });
}

compile();
copy();
bundle();

import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';

/**
 * Each rule of ours fires where it must and nowhere else. The snippets are planted in an empty folder and linted with
 * the configuration of the repository, all in one process.
 */

const REPOSITORY = resolve(__dirname, '../..');
const BORDER = ['guanjia/borders'];
const ENVIRONMENT = ['guanjia/environment'];
const CLOCK = ['guanjia/clock'];
const SQL = ['guanjia/sql-clock'];

/** A module that uses what it imports, so that no other rule has anything to say. */
function importing(specifier: string): string {
  return `import { x } from '${specifier}';\n\nexport const y = x;`;
}

const CASES: readonly (readonly [title: string, path: string, code: string, rules: readonly string[]])[] = [
  ['domain imports domain', 'domain/slices/a.ts', importing('../book'), []],
  ['domain imports no database', 'domain/b.ts', importing('../db/database'), BORDER],
  ['domain imports no helper of common', 'domain/c.ts', importing('../common/clock'), BORDER],
  ['domain imports no package', 'domain/d.ts', importing('zod'), BORDER],
  ['domain imports no Temporal', 'domain/e.ts', importing('@temporalio/workflow'), BORDER],
  ['domain uses nothing of Node', 'domain/f.ts', importing('node:crypto'), BORDER],
  ['a type that crosses counts', 'domain/g.ts', `import type { X } from '../db/x';\n\nexport type Y = X;`, BORDER],
  [
    'import() in a type counts',
    'domain/h.ts',
    `export type Y = import('../db/x').X;`,
    ['@typescript-eslint/consistent-type-imports', ...BORDER],
  ],
  ['import() counts', 'domain/i.ts', `export const load = () => import('../db/x');`, BORDER],
  [
    'passing on counts',
    'domain/j.ts',
    `export * from '../db/x';\nexport { y } from '../db/y';`,
    [...BORDER, ...BORDER],
  ],

  ['workflows import domain', 'workflows/a.ts', importing('../domain/engine'), []],
  ['workflows import Temporal', 'workflows/lib/b.ts', importing('@temporalio/workflow'), []],
  ['workflows import no activities', 'workflows/c.ts', importing('../activities/notify'), BORDER],
  ['workflows import no database', 'workflows/d.ts', importing('../db/database'), BORDER],
  ['workflows import no API', 'workflows/e.ts', importing('../api/app'), BORDER],
  ['workflows import no zod', 'workflows/f.ts', importing('zod'), BORDER],
  ['workflows import no client', 'workflows/g.ts', importing('@temporalio/client'), BORDER],
  ['workflows use nothing of Node', 'workflows/h.ts', importing('node:fs'), BORDER],
  ['contracts import no case loop', 'workflows/contracts/i.ts', importing('../lib/case-loop'), BORDER],

  ['api imports contracts', 'api/a.ts', importing('../workflows/contracts/case'), []],
  [
    'api imports domain, db and common',
    'api/b.ts',
    `${importing('../domain/x')}\nexport { z } from '../db/z';\nexport { c } from '../common/c';`,
    [],
  ],
  ['api imports no case loop', 'api/c.ts', importing('../workflows/lib/case-loop'), BORDER],
  ['api imports no workflow', 'api/d.ts', importing('../workflows/complaint'), BORDER],
  ['api imports no activities', 'api/e.ts', importing('../activities'), BORDER],
  ['api imports no worker', 'api/routes/f.ts', importing('../../worker/bundle'), BORDER],

  [
    'activities import contracts and db',
    'activities/a.ts',
    `${importing('../workflows/contracts/notify')}\nexport { z } from '../db/z';`,
    [],
  ],
  ['activities import no case loop', 'activities/b.ts', importing('../workflows/lib/journal'), BORDER],
  ['activities import no API', 'activities/c.ts', importing('../api/engine'), BORDER],
  ['db imports no activities', 'db/a.ts', importing('../activities'), BORDER],
  ['common imports no db', 'common/a.ts', importing('../db/database'), BORDER],
  ['stack imports no activities', 'stack/a.ts', importing('../activities'), BORDER],
  ['worker imports activities', 'worker/a.ts', importing('../activities'), []],
  ['worker imports no API', 'worker/b.ts', importing('../api/app'), BORDER],
  ['story imports activities', 'story/a.ts', importing('../activities'), []],
  ['tests import anything', 'tests/a.ts', importing('../activities'), []],

  ['the environment by name', 'api/env-a.ts', `export const home = process.env['HOME'];`, ENVIRONMENT],
  ['the environment in brackets', 'api/env-b.ts', `export const all = process['env'];`, ENVIRONMENT],
  ['the environment taken apart', 'api/env-c.ts', `export const { env } = process;`, ENVIRONMENT],
  [
    'the environment imported',
    'stack/env-d.ts',
    `import { env } from 'node:process';\n\nexport const e = env;`,
    ENVIRONMENT,
  ],
  ['a test reads no environment', 'tests/env-e.ts', `export const home = process.env['HOME'];`, ENVIRONMENT],
  ['config reads the environment', 'common/config.ts', `export const home = process.env['HOME'];`, []],
  ['support of the tests reads it', 'tests/support/env-f.ts', `export const home = process.env['HOME'];`, []],

  ['Date.now()', 'api/clock-a.ts', 'export const at = Date.now();', CLOCK],
  ['Date.now handed on', 'db/clock-b.ts', 'export const now = Date.now;', CLOCK],
  ['new Date()', 'common/clock-c.ts', 'export const at = new Date();', CLOCK],
  ['Date()', 'common/clock-d.ts', 'export const at = Date();', CLOCK],
  ['Math.random()', 'worker/clock-e.ts', 'export const chance = Math.random();', CLOCK],
  ['performance.now()', 'api/clock-f.ts', 'export const at = performance.now();', CLOCK],
  [
    'performance imported',
    'api/clock-g.ts',
    `import { performance } from 'node:perf_hooks';\n\nexport const p = performance;`,
    CLOCK,
  ],
  ['a known instant is fine', 'api/clock-h.ts', 'export const at = new Date(0);', []],
  ['the clock reads the time', 'common/clock.ts', 'export const at = Date.now();', []],
  ['a workflow has Temporal’s time', 'workflows/clock-i.ts', 'export const at = Date.now();', []],
  ['a workflow has no new Date()', 'workflows/clock-j.ts', 'export const at = new Date();', CLOCK],
  ['a workflow has no chance', 'workflows/clock-k.ts', 'export const chance = Math.random();', CLOCK],
  ['durations of requests', 'api/http/middleware.ts', 'export const at = performance.now();', []],
  ['durations in a bench', 'bench/clock-l.ts', 'export const at = performance.now();', []],

  ['now() in SQL', 'db/sql-a.ts', 'export const text = `select now()`;', SQL],
  ['current_timestamp in SQL', 'db/sql-b.ts', `export const text = 'default current_timestamp';`, SQL],
  ['a function named to kysely', 'db/sql-c.ts', `export const at = (fn: (name: string) => string) => fn('now');`, SQL],
  ['clock_timestamp() in an activity', 'activities/sql-d.ts', `export const text = 'select clock_timestamp()';`, SQL],
  ['a clock that is handed in', 'db/sql-e.ts', 'export const at = (clock: { now(): number }) => clock.now();', []],

  ['== null', 'domain/equal.ts', 'export const none = (x: string | null) => x == null;', ['eqeqeq']],
  ['any', 'api/any.ts', 'export const f = (x: any): unknown => x;', ['@typescript-eslint/no-explicit-any']],
  ['an unused import', 'api/unused.ts', `import { x } from './x';`, ['@typescript-eslint/no-unused-vars']],
  [
    'a type imported as a value',
    'api/type.ts',
    `import { X } from './x';\n\nexport const y = (x: X) => x;`,
    ['@typescript-eslint/consistent-type-imports'],
  ],
  [
    'a ring, one half',
    'domain/ring-a.ts',
    `import { b } from './ring-b';\n\nexport const a = (): number => b();`,
    ['import-x/no-cycle'],
  ],
  [
    'a ring, the other half',
    'domain/ring-b.ts',
    `import { a } from './ring-a';\n\nexport const b = (): number => a();`,
    ['import-x/no-cycle'],
  ],
];

let found: Readonly<Record<string, readonly string[]>>;

beforeAll(() => {
  const input = JSON.stringify(CASES.map(([, path, code]) => ({ path, code })));
  const script = resolve(REPOSITORY, 'scripts/lint/snippets.mjs');
  found = JSON.parse(
    execFileSync(process.execPath, [script], { input, cwd: REPOSITORY, encoding: 'utf8' }),
  ) as typeof found;
});

test.each(CASES)('%s', (_title, path, _code, rules) => {
  expect(found[path]).toEqual(rules);
});

test('every snippet has a file of its own', () => {
  expect(Object.keys(found)).toHaveLength(CASES.length);
});

/**
 * `npm run check:readme`: what README.md and the other Markdown files say is there. Links, npm scripts, variables,
 * folders and files; docs/problems.md against the table of refusals; the page of each family against the domain, the
 * bodies of the API and the default policy; .env.example against docker-compose.yml. Prints every mistake, ends non-zero on any.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, resolve } from 'node:path';
import { parse } from 'yaml';
import type { ZodType } from 'zod';
import { FAMILIES } from '../api/families';
import type { Startable } from '../api/families/startable';
import { commandBodies } from '../api/schemas/commands';
import { problemsMarkdown } from '../api/http/docs';
import { isProblemCode } from '../api/http/problem-codes';
import { loadDefaultPolicies } from '../common/policy/load';
import { FRONT_DESK, MANAGERS, STAFF, SUPERVISORS } from '../domain/actor';
import { commandNames, ruleOf } from '../domain/family';
import { DAY, HOUR, MINUTE } from '../domain/instant';
import type { ClockRule } from '../domain/policy';
import { PROBLEMS_FILE } from './docs-problems';

const ROOT = resolve(__dirname, '..');
const mistakes: string[] = [];

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

function git(...args: string[]): string[] {
  const listed = execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).split('\n');
  return listed.filter((path) => path !== '' && existsSync(join(ROOT, path)));
}

const FILES = git('ls-files', '--cached', '--others', '--exclude-standard');
const PAGES = FILES.filter((path) => path.endsWith('.md'));
/** README files of folders name files beside them; these pages speak of the whole repository. */
const GUIDES = PAGES.filter((path) => !path.includes('/') || path.startsWith('docs/'));

function expectThat(ok: boolean, page: string, mistake: string): void {
  if (!ok) mistakes.push(`${page}: ${mistake}`);
}

function differ(page: string, what: string, here: readonly string[], there: readonly string[]): void {
  for (const name of here.filter((one) => !there.includes(one))) mistakes.push(`${page}: ${what} ${name} is not there`);
  for (const name of there.filter((one) => !here.includes(one))) mistakes.push(`${page}: ${what} ${name} is missing`);
}

// Links

function checkLinks(page: string, text: string): void {
  for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:/.test(target)) continue;
    const [path = '', anchor] = target.split('#');
    const file = path === '' ? page : normalize(join(dirname(page), path));
    expectThat(existsSync(join(ROOT, file)), page, `link to ${target}`);
    if (anchor === undefined || !file.endsWith('.md') || !existsSync(join(ROOT, file))) continue;
    const headings = [...read(file).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => anchorOf(title));
    expectThat(headings.includes(anchor), page, `no heading for ${target}`);
  }
}

function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

// Scripts, variables, folders and files

const SCRIPTS = Object.keys((JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts);
const READERS = FILES.filter(
  (path) => /^common\/config(-\w+)?\.ts$/.test(path) || /^(stack|bench)\/.*\.ts$/.test(path),
);
const SETTINGS = [...READERS, 'docker-compose.yml', '.env.example', 'deploy/temporal-schema.sh'].map(read).join('\n');
const VARIABLE = /\b(?:(?:GUANJIA|TEMPORAL|POSTGRES)_[A-Z][A-Z_]*[A-Z]|DATABASE_URL|NODE_ENV)\b/g;
/** A variable where it is read, or named to be read. */
const READ = new RegExp(`(?:env\\.|')(${VARIABLE.source})`, 'g');
/** Made by programs, so not in the repository. */
const MADE = ['.guanjia', 'dist', 'node_modules', '.env'];

function checkNames(page: string, text: string): void {
  for (const [, script = ''] of text.matchAll(/\bnpm run (?:--silent )?([a-z][\w:-]*)/g)) {
    expectThat(SCRIPTS.includes(script), page, `npm run ${script} is not in package.json`);
  }
  for (const [variable] of text.matchAll(VARIABLE)) {
    expectThat(SETTINGS.includes(variable), page, `nothing reads ${variable}`);
  }
  for (const [, name = ''] of text.matchAll(/`([\w.@-]+(?:\/[\w.@-]+)*\/?)`/g)) {
    if (!GUIDES.includes(page) || !isPath(name)) continue;
    expectThat(existsSync(join(ROOT, name)), page, `${name} is not there`);
  }
}

function isPath(name: string): boolean {
  const [first = ''] = name.split('/');
  if (MADE.includes(first)) return false;
  return name.includes('/') && (name.endsWith('/') || existsSync(join(ROOT, first)));
}

function checkSettings(): void {
  const page = 'docs/operations.md';
  const documented = [...read(page).matchAll(VARIABLE)].map(([variable]) => variable);
  const known = new Set(READERS.flatMap((path) => [...read(path).matchAll(READ)].map(([, variable = '']) => variable)));
  for (const variable of known) expectThat(documented.includes(variable), page, `${variable} is not documented`);
  const asked = [...read('docker-compose.yml').matchAll(/\$\{([A-Z_]+)/g)].map(([, variable = '']) => variable);
  const offered = [...read('.env.example').matchAll(/^(?:# )?([A-Z_]+)=/gm)].map(([, variable = '']) => variable);
  differ('.env.example', 'the variable', offered, [...new Set(asked)]);
}

// The page of each family: docs/complaint.md, docs/repair.md, …

interface Page {
  readonly page: string;
  readonly family: Startable['family'];
}
const FAMILY_PAGES: readonly Page[] = FAMILIES.map(({ family }) => ({ page: `docs/${family.name}.md`, family }));

/** Rows of the table below a heading whose first cell names something in code, cell by cell. */
function tableOf(text: string, heading: string, columns: number): string[][] {
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
    .filter((cells) => cells.length === columns);
}

const codesIn = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);

const GROUPS: Readonly<Record<string, readonly string[]>> = {
  'front desk': FRONT_DESK,
  supervisors: SUPERVISORS,
  managers: MANAGERS,
  staff: STAFF,
};

/** Commands of people; what the engine tells a case of itself is none. */
function commandsOf({ family }: Page): string[] {
  return commandNames(family).filter((name) => ruleOf(family, name)?.roles.some((role) => role !== 'system'));
}

/** @param shared commands that another page explains. */
function checkCommands({ page, family }: Page, text: string, shared: readonly string[]): void {
  const rows = tableOf(text, 'Commands', 5);
  const names = rows.map(([first = '']) => codesIn(first)[0] ?? '');
  const own = commandsOf({ page, family }).filter((name) => names.includes(name) || !shared.includes(name));
  differ(page, 'the command', names, own);
  for (const [first = '', who = '', body = ''] of rows) {
    const name = codesIn(first)[0] ?? '';
    const rule = ruleOf(family, name);
    if (!rule) continue;
    const roles = new Set(who.split(',').flatMap((word) => GROUPS[word.trim()] ?? [word.trim()]));
    differ(page, `${name}: the role`, [...roles], rule.roles);
    expectThat(first.includes('✎') === (rule.field === true), page, `${name}: ✎ stands for field commands`);
    differ(page, `${name}: the field`, codesIn(body), fieldsOf(name));
  }
}

function fieldsOf(command: string): string[] {
  const schema = Object.hasOwn(commandBodies, command) ? commandBodies[command as keyof typeof commandBodies] : null;
  const fields: Readonly<Record<string, ZodType>> = schema?.shape ?? {};
  return Object.entries(fields).map(([field, value]) => field + (value.safeParse(undefined).success ? '?' : ''));
}

function checkClocks({ page, family }: Page, text: string): void {
  const policy = loadDefaultPolicies().find(({ id }) => id === family.name)?.policy;
  // Each family's policy has a row of clocks per column; its schema has checked it.
  const { clocks } = policy as unknown as {
    readonly clocks: Readonly<Record<string, Readonly<Record<string, ClockRule>>>>;
  };
  const columns = Object.keys(clocks);
  const rows = tableOf(text, 'Clocks', columns.length + 2);
  const kinds = new Set(Object.values(clocks).flatMap((column) => Object.keys(column)));
  differ(
    page,
    'the clock',
    rows.map(([first = '']) => codesIn(first)[0] ?? ''),
    [...kinds],
  );
  for (const [first = '', ...cells] of rows) {
    const clock = codesIn(first)[0] ?? '';
    for (const [index, priority] of columns.entries()) {
      const wanted = limitOf(clocks[priority]?.[clock]);
      expectThat(cells[index] === wanted, page, `${clock}, ${priority}: ${cells[index]} instead of ${wanted}`);
    }
  }
}

function limitOf(rule: ClockRule | undefined): string {
  if (!rule) return '–';
  const { limit, pausable } = rule;
  const hours = limit % HOUR === 0 ? ([HOUR, 'h'] as const) : ([MINUTE, 'min'] as const);
  const [unit, name] = limit % DAY === 0 && limit >= 4 * DAY ? ([DAY, 'days'] as const) : hours;
  return `${limit / unit} ${name}${pausable ? ' ⏸' : ''}`;
}

/** Every code that the domain refuses with is explained on a page of a family, and no other is named. */
function checkRefusals(): void {
  const sources = FILES.filter((path) => /^domain\/.*\.ts$/.test(path)).map(read);
  const given = sources.flatMap((source) =>
    [...source.matchAll(/refuse\(\s*'([a-z-]+)'/g)].map(([, code = '']) => code),
  );
  const named = FAMILY_PAGES.flatMap(({ page }) =>
    tableOf(read(page), 'Refusals', 2).flatMap(([first = '']) => codesIn(first)),
  );
  for (const code of new Set(given)) {
    expectThat(named.includes(code) || !isProblemCode(code), 'docs', `the refusal ${code} is missing`);
  }
  for (const code of named) expectThat(isProblemCode(code), 'docs', `${code} is no code of a refusal`);
}

function checkCompose(): void {
  const { services } = parse(read('docker-compose.yml'), { merge: true }) as {
    services: Record<string, { image?: string; environment?: Record<string, string> }>;
  };
  for (const [name, { image = '' }] of Object.entries(services)) {
    expectThat(
      /:[^:]*\d/.test(image) && !image.endsWith(':latest'),
      'docker-compose.yml',
      `${name}: ${image} is not pinned`,
    );
  }
}

for (const page of PAGES) {
  const text = read(page);
  checkLinks(page, text);
  checkNames(page, text);
}
for (const entry of FAMILY_PAGES) {
  const text = read(entry.page);
  const elsewhere = FAMILY_PAGES.filter(({ page }) => page !== entry.page).flatMap(({ page }) =>
    tableOf(read(page), 'Commands', 5).map(([first = '']) => codesIn(first)[0] ?? ''),
  );
  checkCommands(entry, text, elsewhere);
  checkClocks(entry, text);
}
checkRefusals();
checkSettings();
checkCompose();
expectThat(readFileSync(PROBLEMS_FILE, 'utf8') === problemsMarkdown(), 'docs/problems.md', 'run npm run docs:problems');

for (const mistake of mistakes) console.error(mistake);
console.log(`${PAGES.length} pages checked, ${mistakes.length} mistakes`);
process.exitCode = mistakes.length === 0 ? 0 : 1;

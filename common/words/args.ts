import { formatDuration, formatInstant, formatLateness } from './time';
import type { Locale } from './tables';
import { words, NONE, type Vocabulary, type WordArgs } from './words';

/**
 * Codes, ids, instants and lengths as they stand in the journal, in refusals and in notices, turned into the words of a
 * language. What an argument is follows from its name, so that every family's events are read alike.
 */
export interface Reader {
  readonly locale: Locale;
  /** The project's zone. */
  readonly zone: string;
}

/** The vocabularies in which the codes of an argument are looked up. Others stay as they are: messages select on them. */
const VOCABULARIES: Readonly<Record<string, readonly Vocabulary[]>> = {
  allowed: ['stage', 'part-state', 'department', 'pause-reason', 'subtype', 'command', 'role'],
  command: ['command'],
  department: ['department'],
  departments: ['department'],
  from: ['stage', 'priority', 'level', 'department', 'role'],
  kind: ['obligation'],
  level: ['level'],
  obligation: ['obligation'],
  priority: ['priority'],
  purpose: ['purpose'],
  reason: ['pause-reason', 'end-reason'],
  role: ['role'],
  roles: ['role'],
  skipped: ['role'],
  stage: ['stage'],
  state: ['part-state'],
  subtype: ['subtype'],
  to: ['stage', 'priority', 'level', 'department', 'role'],
  type: ['type'],
  waitingOn: ['waiting'],
  yours: ['department'],
};

/** Larger numbers are instants: no length of time or count comes near 1973. */
const FIRST_INSTANT = 100_000_000_000;

/** The fields of an event, a refusal or a notice as ICU arguments. Texts of the vault are left out. */
export function readArgs(data: object, reader: Reader): WordArgs {
  const args: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(data)) Object.assign(args, readArg(name, value, reader));
  return args;
}

function readArg(name: string, value: unknown, reader: Reader): WordArgs {
  if (value === null || value === undefined) return { [name]: NONE };
  if (typeof value === 'string') return { [name]: readCode(name, value, reader) };
  if (typeof value === 'number') return { [name]: readNumber(name, value, reader) };
  if (typeof value === 'boolean') return { [name]: String(value) };
  if (Array.isArray(value)) return { [name]: readList(name, value, reader) };
  return typeof value === 'object' ? readObject(name, value, reader) : {};
}

function readCode(name: string, code: string, reader: Reader): string {
  if (name === 'obligation') return obligationInWords(code, reader);
  for (const vocabulary of VOCABULARIES[name] ?? []) {
    const word = words(reader.locale).find(vocabulary, code);
    if (word !== null) return word;
  }
  return code;
}

function readNumber(name: string, value: number, { locale, zone }: Reader): string | number {
  if (value >= FIRST_INSTANT) return formatInstant(value, zone, locale);
  if (name === 'lateMs') return formatLateness(value, locale);
  if (name === 'limit' || name.endsWith('Ms')) return formatDuration(value, locale);
  if (name === 'fraction') return `${Math.round(value * 100)}%`;
  return value;
}

function readList(name: string, items: readonly unknown[], reader: Reader): string {
  const codes = items.filter((item) => typeof item === 'string');
  if (codes.length === 0) return NONE;
  const { find } = words(reader.locale);
  // `engineering` is a role and a department: which one is meant shows in the codes beside it.
  const vocabulary = VOCABULARIES[name]?.find((candidate) => codes.every((code) => find(candidate, code) !== null));
  const read = codes.map((code) => (vocabulary ? find(vocabulary, code) : null) ?? readCode(name, code, reader));
  return new Intl.ListFormat(reader.locale, { type: 'conjunction' }).format(read);
}

/** An obligation, somebody who owes one, or somebody who is told. */
function readObject(name: string, value: object, reader: Reader): WordArgs {
  if (isObligation(value)) {
    const { id, kind, dueAt, limit } = value;
    return { ...readArgs({ kind, dueAt, limit }, reader), [name]: obligationInWords(id, reader) };
  }
  const { find } = words(reader.locale);
  const role = field(value, 'role') ?? field(value, 'kind');
  if (role === undefined) return {};
  const post = find('role', role) ?? role;
  const department = field(value, 'department');
  const home = department === undefined ? null : find('department', department);
  // The head of a department is not the department; any other post is.
  return { [name]: home === null ? post : role === 'department_head' ? `${home} · ${post}` : home };
}

function isObligation(value: object): value is { id: string; kind: string; dueAt: number; limit: number } {
  return field(value, 'id') !== undefined && field(value, 'kind') !== undefined && 'dueAt' in value && 'limit' in value;
}

function field(value: object, name: string): string | undefined {
  const found: unknown = Object.hasOwn(value, name) ? value[name as keyof typeof value] : undefined;
  return typeof found === 'string' ? found : undefined;
}

/** `progress:2026-11-23` as `每日进度（2026-11-23）`, `plan@2` as `处理方案（第 2 轮）`. */
export function obligationInWords(id: string, reader: Reader): string {
  const { say, find } = words(reader.locale);
  const [base = '', episode] = id.split('@');
  const [kind = '', ...keys] = base.split(':');
  const name = find('obligation', kind) ?? kind;
  const details = keys.map((key) => readKey(key, reader));
  if (episode !== undefined) details.push(say('obligation-episode', { episode }));
  return details.length === 0 ? name : say('obligation-of', { kind: name, detail: details.join(' · ') });
}

function readKey(key: string, { locale, zone }: Reader): string {
  const { find } = words(locale);
  if (/^\d+$/.test(key)) return Number(key) >= FIRST_INSTANT ? formatInstant(Number(key), zone, locale) : `#${key}`;
  return find('department', key) ?? find('subject', key) ?? key;
}

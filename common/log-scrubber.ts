import { types } from 'node:util';

/**
 * Takes personal data and free text out of log lines. It works on the finished line, so nothing gets past it: child
 * loggers, other people's serializers and the Temporal runtime included. Logs carry ids and codes; what looks like
 * anything else is masked.
 */
const MASK = '[redacted]';
const MAX_DEPTH = 8;
const MAX_ENTRIES = 100;
const MAX_TEXT = 4000;

/** Never logged, whatever they hold. Compared in lower case without `_` and `-`. */
const SENSITIVE = new Set(
  [
    'name phone mobile tel telephone room address email wechat idcard idnumber plate birthday health medication',
    'text matter note notes comment comments content answer body payload payloads data params query input output',
    'authorization proxyauthorization cookie setcookie apikey xapikey token accesstoken refreshtoken secret password',
    'headers rawheaders remoteaddress remoteport ip xforwardedfor',
  ].flatMap((line) => line.split(' ')),
);

/** A compound that ends in one of these is as sensitive: reporterPhone, resident_name, roomText. */
const SENSITIVE_ENDING =
  /(?:phone|mobile|room|address|(?<!con)text|note|password|secret|apikey|(?:resident|owner|staff|reporter|customer|contact|person|subject|actor|user|full|real|first|last|family|given|nick|display)name)$/;

/** Codes in most places, free text in some: kept when they look like a code. */
const CODE_ONLY = new Set('reason title subject detail details description summary label value where hint'.split(' '));
const CODE = /^[\w.:/@-]{0,80}$/;

const MOBILE_NUMBER = /(?<![0-9A-Za-z])(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?![0-9A-Za-z])/g;
/** We log in English, so Chinese characters in a line are something that a person wrote. */
const HAN = /\p{Script=Han}/u;
/** building-unit-room; a date begins with four digits or has only two at its end. */
const ROOM = /(?<![0-9A-Za-z-])\d{1,2}-\d{1,2}-\d{3,4}(?![0-9A-Za-z-])/g;
const QUOTED = /(?<![A-Za-z0-9])(["'`])(.*?)\1(?![A-Za-z0-9])/gs;

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** Masks mobile numbers, rooms and words with Chinese characters, and cuts what is too long (4,000 characters). */
export function scrubText(text: string): string {
  const cut = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
  const masked = cut.replace(MOBILE_NUMBER, MASK).replace(ROOM, MASK);
  return HAN.test(masked) ? masked.replace(/\S+/g, (word) => (HAN.test(word) ? MASK : word)) : masked;
}

/** Error messages quote what they choke on, so quoted parts stay only where they look like a code. */
export function scrubMessage(message: string): string {
  return scrubText(
    message
      .slice(0, MAX_TEXT)
      .replace(QUOTED, (whole, quote: string, inside: string) =>
        CODE.test(inside) ? whole : `${quote}${MASK}${quote}`,
      ),
  );
}

/** @param line one JSON object as pino wrote it. @returns the same line without what doesn't belong in a log. */
export function scrubLine(line: string): string {
  let parsed: Json;
  try {
    parsed = JSON.parse(line) as Json;
  } catch {
    return `{"level":50,"msg":"a log line that was not JSON was dropped"}\n`;
  }
  return `${JSON.stringify(scrub(parsed, 0))}\n`;
}

export interface LoggedError {
  type: string;
  message: string;
  code?: string;
  /** Frames only: the head of a stack repeats the message. */
  stack?: string;
  cause?: LoggedError;
}

/** What is logged of an error: no members of its own, since `detail`, `body` or `issues` quote what people typed. */
export function describeError(error: unknown, depth = 0): LoggedError {
  if (typeof error === 'string') return { type: 'string', message: scrubMessage(error) };
  // An error of another realm (a test's sandbox) is not an instance of this realm's Error.
  if (!(error instanceof Error || types.isNativeError(error))) return { type: typeof error, message: MASK };
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  return {
    type: error.name === 'Error' || error.name === 'error' ? error.constructor.name : error.name,
    // A parser's message is a piece of its input, cut anywhere.
    message: error.name === 'SyntaxError' ? 'invalid syntax' : scrubMessage(error.message),
    ...(typeof code === 'string' || typeof code === 'number' ? { code: String(code) } : {}),
    ...(error.stack ? { stack: frames(error.stack) } : {}),
    ...(cause !== undefined && depth < 4 ? { cause: describeError(cause, depth + 1) } : {}),
  };
}

function frames(stack: string): string {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 20)
    .join('\n');
}

function scrub(value: Json, depth: number): Json {
  if (typeof value === 'string') return scrubText(value);
  if (typeof value === 'number' && /^1[3-9]\d{9}$/.test(String(value))) return MASK;
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return MASK;
  if (Array.isArray(value)) return value.slice(0, MAX_ENTRIES).map((entry) => scrub(entry, depth + 1));
  const entries = Object.entries(value).slice(0, MAX_ENTRIES);
  return Object.fromEntries(entries.map(([key, member]) => [key, scrubMember(key, member, depth)]));
}

function scrubMember(key: string, value: Json, depth: number): Json {
  if (value === null || typeof value === 'boolean') return value;
  const plainKey = key.toLowerCase().replace(/[_-]/g, '');
  if (SENSITIVE.has(plainKey) || SENSITIVE_ENDING.test(plainKey)) return MASK;
  if (typeof value === 'string') {
    if (CODE_ONLY.has(plainKey)) return CODE.test(value) ? scrubText(value) : MASK;
    if (plainKey === 'url') return scrubText(value.split('?', 1)[0] as string);
    if (plainKey === 'stack') return scrubText(frames(value));
    if (plainKey === 'message' || plainKey === 'msg') return scrubMessage(value);
  }
  return scrub(value, depth + 1);
}

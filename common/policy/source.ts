import { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, visit, type Document } from 'yaml';
import { messageOf, pathText, type Finding, type PolicyIssue, type PolicyPath } from './issues';

/** A policy file is a few pages; what is larger isn't one. */
const MAX_BYTES = 64 * 1024;
/** Anchors are allowed, but not as a bomb. */
const MAX_ALIASES = 50;

/** Of the YAML itself; whoever has more of them begins with these. */
const MAX_ISSUES = 50;

/** The text of a policy file, read as plain values, that still knows where each of them stands. */
export type PolicySource =
  | { readonly readable: false; readonly issues: readonly PolicyIssue[] }
  | {
      readonly readable: true;
      readonly raw: unknown;
      /** What is wrong with the YAML itself, though it can be read. */
      readonly issues: readonly PolicyIssue[];
      readonly locate: (finding: Finding) => PolicyIssue;
    };

/** Never throws, whatever the text. */
export function readSource(text: string, file: string): PolicySource {
  if (Buffer.byteLength(text) > MAX_BYTES) {
    const expected = `at most ${MAX_BYTES} bytes`;
    const issue: PolicyIssue = { ...START, file, code: 'too-large', expected, message: `expected ${expected}` };
    return { readable: false, issues: [issue] };
  }
  try {
    return read(text, file);
  } catch (error) {
    // The parser recurses: nested deep enough, it runs out of stack.
    return { readable: false, issues: [syntaxIssue(file, START, messageOfError(error))] };
  }
}

const START = { line: 1, column: 1, path: '' } as const;

function syntaxIssue(file: string, at: Pick<PolicyIssue, 'line' | 'column' | 'path'>, what: string): PolicyIssue {
  return { file, ...at, code: 'yaml-syntax', expected: 'YAML 1.2', message: `cannot be read as YAML: ${what}` };
}

function read(text: string, file: string): PolicySource {
  const lines = new LineCounter();
  const doc = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const keyPlace = (offset: number) => ({ ...place(offset), path: pathText(pathOfKey(doc, offset)) });
  const errors = [...doc.errors, ...doc.warnings].slice(0, MAX_ISSUES);
  const issues = errors.map((error): PolicyIssue => {
    const [offset] = error.pos;
    if (error.code !== 'DUPLICATE_KEY') return syntaxIssue(file, { ...place(offset), path: '' }, error.message);
    const expected = 'each key once';
    const message = `stands there twice; expected ${expected}`;
    return { file, ...keyPlace(offset), code: 'duplicate-key', expected, message };
  });
  for (const offset of badKeys(doc).slice(0, MAX_ISSUES)) {
    const expected = 'a plain word as a key';
    issues.push({ file, ...keyPlace(offset), code: 'bad-key', expected, message: `expected ${expected}` });
  }
  if (errors.some((error) => error.code !== 'DUPLICATE_KEY')) return { readable: false, issues };
  const value = toPlain(doc);
  if ('failure' in value) return { readable: false, issues: [...issues, aliasIssue(file, value.failure)] };
  const raw = value.plain;
  const locate = (finding: Finding): PolicyIssue => ({
    file,
    ...place(offsetOf(doc, finding)),
    path: pathText(finding.path),
    code: finding.code,
    expected: finding.expected,
    message: messageOf(finding, raw),
  });
  return { readable: true, raw, issues, locate };
}

function toPlain(doc: Document.Parsed): { plain: unknown } | { failure: string } {
  try {
    return { plain: doc.toJS({ maxAliasCount: MAX_ALIASES }) as unknown };
  } catch (error) {
    return { failure: messageOfError(error) };
  }
}

function messageOfError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Anchors are all that can go wrong between the syntax and the values. */
function aliasIssue(file: string, failure: string): PolicyIssue {
  if (failure.startsWith('Unresolved alias')) return syntaxIssue(file, START, failure);
  const expected = `at most ${MAX_ALIASES} uses of anchors`;
  return { ...START, file, code: 'too-many-aliases', expected, message: `${failure}; expected ${expected}` };
}

const FORBIDDEN_KEYS: readonly string[] = ['__proto__', 'constructor', 'prototype'];

/** Offsets of keys that are no plain words: a list, a mapping, or one that reaches into the object's insides. */
function badKeys(doc: Document.Parsed): number[] {
  const offsets: number[] = [];
  visit(doc, {
    Pair: (_, pair) => {
      const { key } = pair;
      const name: unknown = isScalar(key) ? key.value : undefined;
      if (typeof name === 'string' && !FORBIDDEN_KEYS.includes(name)) return;
      offsets.push(isScalar(key) || isMap(key) || isSeq(key) || isAlias(key) ? (key.range?.[0] ?? 0) : 0);
    },
  });
  return offsets;
}

/** The path of the key that stands at an offset; empty when none does. */
function pathOfKey(doc: Document.Parsed, offset: number): PolicyPath {
  let found: PolicyPath = [];
  visit(doc, {
    Pair: (_, pair, ancestors) => {
      if (!isScalar(pair.key) || pair.key.range?.[0] !== offset) return undefined;
      const keys = ancestors
        .filter(isPair)
        .map((ancestor) => (isScalar(ancestor.key) ? String(ancestor.key.value) : ''));
      found = [...keys, String(pair.key.value)];
      return visit.BREAK;
    },
  });
  return found;
}

/** Where a finding stands: its value, its key, or for what is missing the key it is missing under. */
function offsetOf(doc: Document.Parsed, finding: Finding): number {
  let node: unknown = doc.contents;
  let offset = doc.contents?.range[0] ?? 0;
  for (const [index, part] of finding.path.entries()) {
    const here = isAlias(node) ? node.resolve(doc) : node;
    const last = index === finding.path.length - 1;
    if (isMap(here)) {
      const pair = here.items.findLast((item) => isScalar(item.key) && String(item.key.value) === String(part));
      if (!pair || !isScalar(pair.key)) return offset;
      offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(here) && typeof part === 'number') {
      node = here.items[part];
    } else {
      return offset;
    }
    const range = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range : undefined;
    if (!range) return offset;
    if (last && !finding.ofKey) return range[0];
    if (isSeq(here)) offset = range[0];
  }
  return offset;
}

import type { z } from 'zod';

/** What is wrong with a policy file: where, what was expected there, and what stands there instead. */
export interface PolicyIssue {
  readonly file: string;
  /** Both counted from 1. */
  readonly line: number;
  readonly column: number;
  /** `clocks.urgent.acknowledge.limit`, `ladders.default.rungs[1].after`; empty for the file as a whole. */
  readonly path: string;
  readonly code: PolicyIssueCode;
  readonly expected: string;
  /** A sentence for people: what was found, what was expected, what may have been meant. */
  readonly message: string;
}

export const POLICY_ISSUE_CODES = [
  'yaml-syntax',
  'too-large',
  'too-many-aliases',
  'duplicate-key',
  'bad-key',
  'unknown-family',
  'unknown-key',
  'missing',
  'wrong-type',
  'wrong-format',
  'out-of-range',
  'unknown-name',
  'repeated',
  'wrong-order',
  'urgent-clock',
  'contradiction',
] as const;
export type PolicyIssueCode = (typeof POLICY_ISSUE_CODES)[number];

export type PolicyPath = readonly (string | number)[];

/** An issue before it is looked up in the text. */
export interface Finding {
  readonly path: PolicyPath;
  readonly code: PolicyIssueCode;
  readonly expected: string;
  /** Names that would have been known here, for a suggestion. */
  readonly known?: readonly string[];
  /** The finding is about the last key of the path, not about its value. */
  readonly ofKey?: true;
}

/** What the rules of this folder hand to zod with an issue of their own. */
export interface FindingParams {
  readonly code: PolicyIssueCode;
  readonly known?: readonly string[];
}

/** Adds an issue of our own; `path` is relative to the value being checked. */
export function report(
  ctx: z.RefinementCtx,
  code: PolicyIssueCode,
  expected: string,
  at: { readonly path?: PolicyPath; readonly known?: readonly string[] } = {},
): void {
  const params: FindingParams = { code, known: at.known };
  ctx.addIssue({ code: 'custom', message: expected, path: [...(at.path ?? [])], params: { ...params } });
}

/**
 * The findings of a failed parse. By the convention of this folder the message of every zod issue is what was
 * expected; that of an unknown key lists the keys that are known there.
 */
export function findingsOf(error: z.ZodError, raw: unknown): Finding[] {
  return error.issues.flatMap((issue): Finding[] => {
    const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
    const expected = issue.message;
    switch (issue.code) {
      case 'unrecognized_keys':
        return issue.keys.map((key) => ({
          path: [...path, key],
          code: 'unknown-key',
          expected: `one of ${expected}`,
          known: expected.split(', '),
          ofKey: true,
        }));
      case 'invalid_key':
        return [{ path, code: 'bad-key', expected: issue.issues[0]?.message ?? expected, ofKey: true }];
      case 'custom': {
        const params = issue.params as FindingParams | undefined;
        return [{ path, code: params?.code ?? 'contradiction', expected, known: params?.known }];
      }
      case 'invalid_type':
        return [{ path, code: valueAt(raw, path) === undefined ? 'missing' : 'wrong-type', expected }];
      case 'too_small':
      case 'too_big':
        return [{ path, code: 'out-of-range', expected }];
      default:
        return [{ path, code: 'wrong-format', expected }];
    }
  });
}

export function valueAt(raw: unknown, path: PolicyPath): unknown {
  let value = raw;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Readonly<Record<string | number, unknown>>)[part];
  }
  return value;
}

/** `classification.noise.departments[0]` */
export function pathText(path: PolicyPath): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}

export function messageOf(finding: Finding, raw: unknown): string {
  const name = finding.path.at(-1);
  const value = valueAt(raw, finding.path);
  const meant = suggestion(finding.ofKey ? name : value, finding.known ?? []);
  if (finding.ofKey) return `${shown(name)} is not known here${meant}; expected ${finding.expected}`;
  if (value === undefined) return `expected ${finding.expected}, but there is nothing`;
  return `expected ${finding.expected}, but found ${shown(value)}${meant}`;
}

/** `policies/complaint.yaml:31:14 clocks.urgent.acknowledge.limit: expected …` */
export function formatIssue(issue: PolicyIssue): string {
  const place = `${issue.file}:${issue.line}:${issue.column}`;
  return issue.path === '' ? `${place} ${issue.message}` : `${place} ${issue.path}: ${issue.message}`;
}

const SHOWN = 60;

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a mapping';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}

function suggestion(value: unknown, known: readonly string[]): string {
  if (typeof value !== 'string' || value.length > SHOWN) return '';
  const near = known
    .map((name) => ({ name, distance: distance(value.toLowerCase(), name.toLowerCase()) }))
    .filter((candidate) => candidate.distance <= Math.max(1, Math.floor(candidate.name.length / 3)))
    .sort((a, b) => a.distance - b.distance)[0];
  return near ? ` (did you mean ${JSON.stringify(near.name)}?)` : '';
}

/** How many letters must be put in, left out or changed. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

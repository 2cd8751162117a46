import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { z } from 'zod';
import type { NotificationPolicy } from '../../domain/delivery';
import { isPolicyFamily, POLICY_FAMILIES, type PolicyDraft } from './families';
import { findingsOf, formatIssue, valueAt, type Finding, type PolicyIssue } from './issues';
import { parseNotifications } from './notifications';
import { readSource } from './source';

/** The one file of the folder that is no family's. */
const NOTIFICATIONS = 'notifications.yaml';

export type ParsedPolicy =
  { readonly ok: true; readonly policy: PolicyDraft } | { readonly ok: false; readonly issues: readonly PolicyIssue[] };

/**
 * Reads and checks one policy file. Never throws: everything that is wrong is reported at once, in the order of the
 * file, each with its place, path and what was expected there.
 *
 * @param file the name to report; nothing is read from it.
 */
export function parsePolicy(text: string, file: string): ParsedPolicy {
  const checked = check(text, file, (raw) => {
    const family = valueAt(raw, ['policy']);
    return isPolicyFamily(family) ? POLICY_FAMILIES[family](raw) : unknownFamily(raw, family);
  });
  return checked.ok ? { ok: true, policy: checked.data } : checked;
}

type Checked<T> =
  { readonly ok: true; readonly data: T } | { readonly ok: false; readonly issues: readonly PolicyIssue[] };

/** @param parse of the plain values; a single finding when it can't even be said what they should be. */
function check<T>(text: string, file: string, parse: (raw: unknown) => z.ZodSafeParseResult<T> | Finding): Checked<T> {
  const source = readSource(text, file);
  if (!source.readable) return { ok: false, issues: source.issues };
  const parsed = parse(source.raw);
  if (!('success' in parsed)) return { ok: false, issues: [...source.issues, source.locate(parsed)] };
  const found = parsed.success ? [] : findingsOf(parsed.error, source.raw).map((finding) => source.locate(finding));
  const issues = [...source.issues, ...found.filter((issue) => !known(issue, source.issues))].sort(
    (a, b) => a.line - b.line || a.column - b.column,
  );
  return parsed.success && issues.length === 0 ? { ok: true, data: parsed.data } : { ok: false, issues };
}

/** Like `parsePolicy`, for policies/notifications.yaml: it is no family's, and no case keeps a version of it. */
export function parseNotificationPolicy(text: string, file: string): Checked<NotificationPolicy> {
  return check(text, file, parseNotifications);
}

/** A key that is wrong as YAML needs no second issue because nobody knows it. */
function known(issue: PolicyIssue, before: readonly PolicyIssue[]): boolean {
  return before.some(({ line, column, path }) => line === issue.line && column === issue.column && path === issue.path);
}

function unknownFamily(raw: unknown, family: unknown): Finding {
  const known = Object.keys(POLICY_FAMILIES);
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    return { path: [], code: 'wrong-type', expected: 'a policy: a mapping that begins with "policy: <family>"' };
  }
  const code = family === undefined ? 'missing' : 'unknown-family';
  return { path: ['policy'], code, expected: `a family: ${known.join(', ')}`, known };
}

/** A policy that comes with the program. */
export interface DefaultPolicy {
  /** `complaint` */
  readonly id: string;
  /** `policies/complaint.yaml` */
  readonly file: string;
  readonly text: string;
  readonly policy: PolicyDraft;
}

export class PolicyFileError extends Error {
  override readonly name = 'PolicyFileError';

  constructor(readonly issues: readonly PolicyIssue[]) {
    super(issues.map(formatIssue).join('\n'));
  }
}

/**
 * The policies of the installed folder, by file name.
 * @throws PolicyFileError with every issue of every file
 */
export function loadDefaultPolicies(folder: string = installedFolder('policies')): DefaultPolicy[] {
  const issues: PolicyIssue[] = [];
  const policies = readdirSync(folder)
    .filter((name) => name.endsWith('.yaml') && name !== NOTIFICATIONS)
    .sort()
    .flatMap((name): DefaultPolicy[] => {
      const file = `policies/${name}`;
      const text = readFileSync(join(folder, name), 'utf8');
      const parsed = parsePolicy(text, file);
      if (parsed.ok) return [{ id: parsed.policy.id, file, text, policy: parsed.policy }];
      issues.push(...parsed.issues);
      return [];
    });
  if (issues.length > 0) throw new PolicyFileError(issues);
  return policies;
}

/** @throws PolicyFileError with every issue of policies/notifications.yaml */
export function loadNotificationPolicy(folder: string = installedFolder('policies')): NotificationPolicy {
  const parsed = parseNotificationPolicy(
    readFileSync(join(folder, NOTIFICATIONS), 'utf8'),
    `policies/${NOTIFICATIONS}`,
  );
  if (!parsed.ok) throw new PolicyFileError(parsed.issues);
  return parsed.data;
}

/**
 * A folder of data beside package.json, whether this runs from the sources or from dist/.
 * @throws Error when no folder above has it
 */
export function installedFolder(name: string, from: string = __dirname): string {
  for (let here = from; ; here = dirname(here)) {
    const folder = join(here, name);
    if (existsSync(join(here, 'package.json')) && existsSync(folder)) return folder;
    if (dirname(here) === here) throw new Error(`no folder ${name}/ beside a package.json above ${from}`);
  }
}

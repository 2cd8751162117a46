import { readFileSync } from 'node:fs';
import { findingsOf, formatIssue, type Finding, type PolicyIssue, type PolicyPath } from '../common/policy/issues';
import { readSource, type PolicySource } from '../common/policy/source';
import { story as storySchema } from './format/story';
import type { Plan } from './plan/plan';
import { planStory } from './plan/plan-story';

export type ParsedStory =
  { readonly ok: true; readonly plan: Plan } | { readonly ok: false; readonly issues: readonly PolicyIssue[] };

/**
 * Reads and checks a story. Never throws: everything that is wrong is reported at once, each with line, path, what was
 * expected and what may have been meant.
 *
 * @param file to report, and for bodies that are read from files beside it.
 */
export function parseStory(text: string, file: string): ParsedStory {
  const source = readSource(text, file);
  if (!source.readable || source.issues.length > 0) return { ok: false, issues: source.issues };
  const parsed = storySchema.safeParse(source.raw);
  if (!parsed.success) return { ok: false, issues: located(findingsOf(parsed.error, source.raw), source) };
  const { plan, findings } = planStory(parsed.data, file, (path) => lineOf(path, source));
  return findings.length === 0 ? { ok: true, plan } : { ok: false, issues: located(findings, source) };
}

/** @throws StoryError with every issue of the file. */
export function readStory(file: string): Plan {
  const parsed = parseStory(readFileSync(file, 'utf8'), file);
  if (!parsed.ok) throw new StoryError(parsed.issues);
  return parsed.plan;
}

export class StoryError extends Error {
  override readonly name = 'StoryError';

  constructor(readonly issues: readonly PolicyIssue[]) {
    super(issues.map(formatIssue).join('\n'));
  }
}

type Readable = Extract<PolicySource, { readable: true }>;

function located(findings: readonly Finding[], source: Readable): PolicyIssue[] {
  return findings.map((finding) => source.locate(finding)).sort((a, b) => a.line - b.line || a.column - b.column);
}

function lineOf(path: PolicyPath, source: Readable): number {
  return source.locate({ path, code: 'missing', expected: '' }).line;
}

import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { Logger } from '../common/logger';
import { ask as askCase } from '../common/updates';
import { setByKind, type Metrics } from '../common/metrics';
import { DAY, type Instant } from '../domain/instant';
import type { CaseSnapshot } from '../domain/projection';
import { findCase, type CaseDetail } from '../db/queries/cases';
import { pruneFeed } from '../db/queries/feed';
import { openFindings, recordFinding, runningCases, type Finding, type ProjectedCase } from '../db/queries/findings';
import { openCounts } from '../db/queries/open-counts';
import { spoiltCases } from '../db/queries/spoilt';
import type { AuditorActivities, AuditReport } from '../workflows/contracts/auditor';
import { questions, type CaseAnswer } from '../workflows/contracts/case';
import { mendCase, type MendDeps } from './mend';

export interface AuditorDeps extends MendDeps {
  readonly client: Client;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** How long a case that looks wrong is given to look right. Milliseconds. */
  readonly settleMs?: number;
}

const PAGE = 200;
/** Commands and timers of the last moments are still on their way to the read model. Milliseconds. */
const SETTLED = 10_000;
/** Findings that are known already and not recorded again. */
const KNOWN = 10_000;

type Verdict = 'same' | 'lagging' | 'differs' | 'missing' | 'orphaned';

/** A case that did not look right, with the `seq` of its row then; null: it had none. */
interface Suspect {
  readonly no: string;
  readonly seq: number | null;
}

type Stored = Pick<ProjectedCase, 'no' | 'seq' | 'snapshot'> & { readonly ended?: boolean };

/**
 * Compares open cases with their workflows and mends the read model where it differs. It reads both sides on its own:
 * the row, and the other rows that must agree with it (spoiltCases), and the workflow through a query; what it writes
 * comes from replaying the Temporal history. A case that is being written looks wrong for a moment, so only what still does a while later counts.
 */
export function createAuditorActivities(deps: AuditorDeps): AuditorActivities {
  return {
    audit: () => audit(deps),
    pruneFeed: () => pruneFeed(deps.database.db, deps.clock.now() - DAY),
  };
}

async function audit(deps: AuditorDeps): Promise<AuditReport> {
  const { compared, suspects } = await lookAtAll(deps);
  const report = { compared, repaired: 0, missing: 0, orphaned: 0, failed: 0 };
  if (suspects.length > 0) {
    const context = Context.current();
    await sleep(deps.settleMs ?? SETTLED, undefined, { signal: context.cancellationSignal });
    const known = await openFindings(deps.database.db, KNOWN);
    for (const suspect of suspects) {
      const outcome = await lookAgain(deps, suspect, known);
      if (outcome) report[outcome] += 1;
      context.heartbeat(suspect.no);
    }
  }
  const { repaired, missing, orphaned, failed } = report;
  setByKind(deps.metrics.auditDifferences, { repaired, missing, orphaned, failed });
  const { open, overdue } = await openCounts(deps.database.db);
  setByKind(deps.metrics.obligationsOpen, open);
  setByKind(deps.metrics.obligationsOverdue, overdue);
  return report;
}

async function lookAtAll(deps: AuditorDeps): Promise<{ compared: number; suspects: Suspect[] }> {
  const { db } = deps.database;
  const running = await runningWorkflows(deps);
  const seen = new Set<string>();
  const suspects: Suspect[] = [];
  for (let after = ''; ;) {
    const page = await runningCases(db, { after, limit: PAGE });
    const nos = page.map(({ no }) => no);
    const spoilt = await spoiltCases(db, nos);
    for (const row of page) {
      seen.add(row.no);
      const looksRight = running.has(row.no) && !spoilt.has(row.no);
      const verdict = looksRight ? await compare(deps, row).catch(() => 'failed' as const) : 'differs';
      if (verdict !== 'same') suspects.push(row);
      Context.current().heartbeat(row.no);
    }
    const last = nos.at(-1);
    if (last === undefined || nos.length < PAGE) break;
    after = last;
  }
  const settledBefore = deps.clock.now() - SETTLED;
  for (const [no, startedAt] of running) {
    if (!seen.has(no) && startedAt <= settledBefore) suspects.push({ no, seq: null });
  }
  return { compared: seen.size, suspects };
}

/** Start instants of the workflows that run, by case; the list is a moment behind. */
async function runningWorkflows({ client }: AuditorDeps): Promise<Map<string, Instant>> {
  const running = new Map<string, Instant>();
  const listed = client.workflow.list({ query: `ExecutionStatus = 'Running' AND GuanjiaFamily IS NOT NULL` });
  for await (const { workflowId, startTime } of listed) {
    running.set(workflowId, startTime.getTime());
    Context.current().heartbeat(workflowId);
  }
  return running;
}

/**
 * One case that can't be asked or mended is counted and left to the next round; the others are not kept waiting.
 * @returns null when nothing is wrong with it, or it is being written right now.
 */
async function lookAgain(
  deps: AuditorDeps,
  { no, seq }: Suspect,
  known: readonly Finding[],
): Promise<Exclude<keyof AuditReport, 'compared'> | null> {
  const { db } = deps.database;
  try {
    const row = await findCase(db, no);
    if (row && seq !== null && row.seq !== seq) return null;
    const verdict = await verdictOf(deps, no, row);
    if (verdict === 'same') return null;
    deps.logger.warn({ no, verdict, rowSeq: row?.seq }, 'the read model differs from the workflow');
    if (!known.some((finding) => finding.caseNo === no && finding.kind === verdict)) {
      const workflowSeq = (await ask(deps.client, no))?.snapshot.state.seq ?? null;
      const foundAt = deps.clock.now();
      await recordFinding(db, { caseNo: no, foundAt, kind: verdict, workflowSeq, rowSeq: row?.seq ?? null });
    }
    if (verdict === 'orphaned') return verdict;
    const outcome = await mendCase(deps, no);
    if (outcome === 'changed') return null;
    if (outcome === 'gone') return 'failed';
    return verdict === 'missing' ? verdict : 'repaired';
  } catch (error) {
    deps.logger.error({ no, error }, 'the case could not be audited');
    return 'failed';
  }
}

async function verdictOf(deps: AuditorDeps, no: string, row: CaseDetail | null): Promise<Verdict> {
  if (!row) return 'missing';
  if (!(await isAlive(deps.client, no))) return 'orphaned';
  const verdict = await compare(deps, row);
  if (verdict !== 'same') return verdict;
  return (await spoiltCases(deps.database.db, [no])).has(no) ? 'differs' : 'same';
}

/** The row against the workflow. */
async function compare({ client }: AuditorDeps, row: Stored): Promise<Verdict> {
  const answer = await ask(client, row.no);
  if (!answer) return 'orphaned';
  const { seq, ended } = answer.snapshot.state;
  if (row.seq < seq) return 'lagging';
  const numbers = row.seq === seq && (row.ended ?? false) === ended;
  return numbers && hashOf(row.snapshot) === hashOf(answer.snapshot) ? 'same' : 'differs';
}

/** Whether its workflow runs, or has ended by itself: one that was terminated answers queries, but nothing else. */
async function isAlive(client: Client, no: string): Promise<boolean> {
  try {
    const { status } = await client.workflow.getHandle(no).describe();
    return status.name === 'RUNNING' || status.name === 'COMPLETED' || status.name === 'CONTINUED_AS_NEW';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

async function ask(client: Client, no: string): Promise<CaseAnswer | null> {
  try {
    return await askCase<CaseAnswer>(client, no, questions.case);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

/** Equal states have equal hashes, whatever the order of their fields. */
function hashOf({ state }: CaseSnapshot): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(state)))
    .digest('hex');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, item]) => [name, sorted(item)]),
  );
}

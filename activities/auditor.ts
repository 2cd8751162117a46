import { createHash } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { Logger } from '../common/logger';
import { ask as askCase } from '../common/updates';
import { setByKind, type Metrics } from '../common/metrics';
import { DAY, MINUTE, type Instant } from '../domain/instant';
import type { CaseSnapshot } from '../domain/projection';
import { findCase, type CaseDetail } from '../db/queries/cases';
import { pruneFeed } from '../db/queries/feed';
import {
  openFindings,
  openRows,
  recordFinding,
  runningCases,
  type Finding,
  type ProjectedCase,
} from '../db/queries/findings';
import { openCounts } from '../db/queries/open-counts';
import { spoiltCases } from '../db/queries/spoilt';
import { AUDITOR_WORKFLOW, type AuditorActivities, type AuditReport } from '../workflows/contracts/auditor';
import { questions, type CaseAnswer } from '../workflows/contracts/case';
import { mendCase, type MendDeps } from './mend';
import { Unhurried, type Pace } from './unhurried';

export interface AuditorDeps extends MendDeps {
  readonly client: Client;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** How long a case that looks wrong is given to look right. Milliseconds. */
  readonly settleMs?: number;
  /** How one round asks cases. */
  readonly pace?: Pace;
}

/** Few, for what was read first must not be old when the last of them is asked. */
const PAGE = 50;
/** What one round has not come to by then is the next one's. */
const PACE: Pace = { within: 4 * MINUTE, rest: 4 };
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
 * Compares open cases with their workflows and mends the read model where it differs. Whether each has a row and a
 * workflow is seen in every round; as many as there is time for are asked, from where the round before stopped.
 *
 * It reads both sides on its own: the row, and the other rows that must agree with it (spoiltCases), and the workflow
 * through a query; what it writes comes from replaying the Temporal history. A case that is being written looks wrong
 * for a moment, so only what still does a while later counts.
 */
export function createAuditorActivities(deps: AuditorDeps): AuditorActivities {
  return {
    audit: async (from) => audit(deps, from ?? (await whereTheLastStopped(deps))),
    pruneFeed: () => pruneFeed(deps.database.db, deps.clock.now() - DAY),
  };
}

async function audit(deps: AuditorDeps, from: string): Promise<AuditReport> {
  const running = await runningWorkflows(deps);
  const alone = await unpaired(deps, running);
  const { compared, differing, next } = await lookFrom(deps, from, running);
  const suspects = new Map([...alone, ...differing].map((suspect) => [suspect.no, suspect]));
  const report = { compared, next, repaired: 0, missing: 0, orphaned: 0, failed: 0 };
  if (suspects.size > 0) {
    const context = Context.current();
    await context.sleep(deps.settleMs ?? SETTLED);
    const known = await openFindings(deps.database.db, KNOWN);
    for (const suspect of suspects.values()) {
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

/** What the last round has returned; the server lists the newest first. One that can't be read costs its place, no more. */
async function whereTheLastStopped({ client, logger }: AuditorDeps): Promise<string> {
  const query = `WorkflowType = '${AUDITOR_WORKFLOW}' AND ExecutionStatus = 'Completed'`;
  for await (const { workflowId, runId } of client.workflow.list({ query, pageSize: 1 })) {
    try {
      const { next } = (await client.workflow.getHandle(workflowId, runId).result()) as Partial<AuditReport>;
      return next ?? '';
    } catch (error) {
      logger.warn({ workflowId, error }, 'where the last audit stopped can not be read; this one begins anew');
    }
  }
  return '';
}

/** Workflows without a row and rows without a workflow, of all cases: to see that, none of them is asked. */
async function unpaired(deps: AuditorDeps, running: ReadonlyMap<string, Instant>): Promise<Suspect[]> {
  const settledBefore = deps.clock.now() - SETTLED;
  const withoutRow = new Map([...running].filter(([, startedAt]) => startedAt <= settledBefore));
  const suspects: Suspect[] = [];
  for await (const row of openRows(deps.database.db)) {
    withoutRow.delete(row.no);
    if (!running.has(row.no)) suspects.push(row);
    Context.current().heartbeat(row.no);
  }
  return [...suspects, ...[...withoutRow.keys()].map((no) => ({ no, seq: null }))];
}

/** Asks one case after the other, from a number on, until there is none left or the time is up. */
async function lookFrom(deps: AuditorDeps, from: string, running: ReadonlyMap<string, Instant>): Promise<Looked> {
  const differing: Suspect[] = [];
  const unhurried = new Unhurried(deps.pace ?? PACE);
  let compared = 0;
  for (let after = from; ;) {
    const page = await unhurried.do(() => readPage(deps, after));
    for (const { row, isSpoilt } of page) {
      if (compared > 0 && unhurried.isOver()) return { compared, differing, next: after };
      const verdict = isSpoilt ? 'differs' : await unhurried.do(() => verdictAtOnce(deps, row, running));
      if (verdict !== 'same') differing.push(row);
      compared += 1;
      after = row.no;
      Context.current().heartbeat(row.no);
    }
    if (page.length < PAGE) return { compared, differing, next: '' };
  }
}

interface Looked {
  readonly compared: number;
  readonly differing: readonly Suspect[];
  readonly next: string;
}

async function readPage({ database: { db } }: AuditorDeps, after: string) {
  const page = await runningCases(db, { after, limit: PAGE });
  const spoilt = await spoiltCases(
    db,
    page.map(({ no }) => no),
  );
  return page.map((row) => ({ row, isSpoilt: spoilt.has(row.no) }));
}

/** One that is not among the running is suspected already, or began since they were listed. */
function verdictAtOnce(deps: AuditorDeps, row: Stored, running: ReadonlyMap<string, Instant>) {
  return running.has(row.no) ? compare(deps, row).catch(() => 'failed' as const) : 'same';
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
): Promise<Exclude<keyof AuditReport, 'compared' | 'next'> | null> {
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

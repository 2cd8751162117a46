import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { Clock } from '../common/clock';
import type { Sealer } from '../common/crypto/sealer';
import type { Logger } from '../common/logger';
import { ask as askCase } from '../common/updates';
import { setByKind, type Metrics } from '../common/metrics';
import { DAY } from '../domain/instant';
import type { CaseSnapshot } from '../domain/projection';
import type { DatabaseHandle } from '../db/database';
import { findCase } from '../db/queries/cases';
import { pruneFeed } from '../db/queries/feed';
import {
  markRepaired,
  openFindings,
  recordFinding,
  runningCases,
  type Finding,
  type ProjectedCase,
} from '../db/queries/findings';
import { openCounts } from '../db/queries/open-counts';
import { writeBatch } from '../db/queries/journal';
import type { AuditorActivities, AuditReport } from '../workflows/contracts/auditor';
import { questions, type CaseAnswer } from '../workflows/contracts/case';
import type { JournalBatch } from '../workflows/contracts/journal';

export interface AuditorDeps {
  readonly database: DatabaseHandle;
  readonly client: Client;
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Makes a case's whole journal anew from its Temporal histories; null when Temporal does not have it. */
  readonly replay: (no: string) => Promise<JournalBatch | null>;
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
 * the row and the number of its events, and the workflow through a query; what it writes comes from replaying the
 * Temporal history. A case that is being written looks wrong for a moment, so only what still does a while later counts.
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
  const seen = new Set<string>();
  const suspects: Suspect[] = [];
  for (let after = ''; ;) {
    const page = await runningCases(db, { after, limit: PAGE });
    const counts = await eventCounts(db, page);
    for (const row of page) {
      seen.add(row.no);
      const verdict = await compare(deps, row, counts).catch(() => 'failed' as const);
      if (verdict !== 'same') suspects.push(row);
      Context.current().heartbeat(row.no);
    }
    const last = page.at(-1);
    if (!last || page.length < PAGE) break;
    after = last.no;
  }
  return { compared: seen.size, suspects: [...suspects, ...(await unseen(deps, seen))] };
}

/** Running workflows that no open row stands for; the list is a moment behind. */
async function unseen({ client, clock }: AuditorDeps, seen: ReadonlySet<string>): Promise<Suspect[]> {
  const suspects: Suspect[] = [];
  const running = client.workflow.list({ query: `ExecutionStatus = 'Running' AND GuanjiaFamily IS NOT NULL` });
  for await (const { workflowId, startTime } of running) {
    Context.current().heartbeat(workflowId);
    if (seen.has(workflowId) || clock.now() - startTime.getTime() < SETTLED) continue;
    suspects.push({ no: workflowId, seq: null });
  }
  return suspects;
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
    const verdict = row ? await compare(deps, row, await eventCounts(db, [row])) : 'missing';
    if (verdict === 'same') return null;
    deps.logger.warn({ no, verdict, rowSeq: row?.seq }, 'the read model differs from the workflow');
    if (!known.some((finding) => finding.caseNo === no && finding.kind === verdict)) {
      const workflowSeq = (await ask(deps.client, no))?.snapshot.state.seq ?? null;
      const foundAt = deps.clock.now();
      await recordFinding(db, { caseNo: no, foundAt, kind: verdict, workflowSeq, rowSeq: row?.seq ?? null });
    }
    if (verdict === 'orphaned') return verdict;
    if (!(await mend(deps, no))) return 'failed';
    return verdict === 'missing' ? verdict : 'repaired';
  } catch (error) {
    deps.logger.error({ no, error }, 'the case could not be audited');
    return 'failed';
  }
}

async function compare({ client }: AuditorDeps, row: Stored, counts: ReadonlyMap<string, number>): Promise<Verdict> {
  const answer = await ask(client, row.no);
  if (!answer) return 'orphaned';
  const { seq, ended } = answer.snapshot.state;
  if (row.seq < seq) return 'lagging';
  const numbers = row.seq === seq && counts.get(row.no) === seq && (row.ended ?? false) === ended;
  return numbers && hashOf(row.snapshot) === hashOf(answer.snapshot) ? 'same' : 'differs';
}

/** How many events are stored of each case. */
async function eventCounts(db: DatabaseHandle['db'], cases: readonly Stored[]): Promise<Map<string, number>> {
  if (cases.length === 0) return new Map();
  const rows = await db
    .selectFrom('journal')
    .select((eb) => ['case_no', eb.fn.countAll<number>().as('count')])
    .where(
      'case_no',
      'in',
      cases.map(({ no }) => no),
    )
    .groupBy('case_no')
    .execute();
  return new Map(rows.map((row) => [row.case_no, row.count]));
}

async function ask(client: Client, no: string): Promise<CaseAnswer | null> {
  try {
    return await askCase<CaseAnswer>(client, no, questions.case);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

/** Writes the case anew from its history; a batch that is younger than the history wins. */
async function mend(deps: AuditorDeps, no: string): Promise<boolean> {
  const batch = await deps.replay(no);
  if (!batch) return false;
  await writeBatch(deps.database, { ...batch, fence: batch.fence + 1 }, { sealer: deps.sealer });
  await markRepaired(deps.database.db, no, deps.clock.now());
  return true;
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

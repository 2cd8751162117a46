import { createHash } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { Clock } from '../common/clock';
import type { Sealer } from '../common/crypto/sealer';
import type { Logger } from '../common/logger';
import { setByKind, type Metrics } from '../common/metrics';
import { DAY } from '../domain/instant';
import type { CaseSnapshot } from '../domain/projection';
import type { DatabaseHandle } from '../db/database';
import { pruneFeed } from '../db/queries/feed';
import { markRepaired, recordFinding, runningCases, type ProjectedCase } from '../db/queries/findings';
import { openCounts } from '../db/queries/open-counts';
import { writeBatch } from '../db/queries/journal';
import type { AuditorActivities, AuditReport } from '../workflows/contracts/auditor';
import { queries, type CaseAnswer } from '../workflows/contracts/case';
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
}

const PAGE = 200;
/** Commands and timers of the last moments are still on their way to the read model. Milliseconds. */
const SETTLED = 10_000;

type Verdict = 'same' | 'lagging' | 'differs' | 'orphaned';

/**
 * Compares open cases with their workflows and mends the read model where it differs. It reads both sides on its own:
 * the row, and the workflow through a query; what it writes comes from replaying the Temporal history.
 */
export function createAuditorActivities(deps: AuditorDeps): AuditorActivities {
  return {
    audit: () => audit(deps),
    pruneFeed: () => pruneFeed(deps.database.db, deps.clock.now() - DAY),
  };
}

async function audit(deps: AuditorDeps): Promise<AuditReport> {
  const report = { compared: 0, repaired: 0, missing: 0, orphaned: 0 };
  const known = new Set<string>();
  for (let after = ''; ;) {
    const page = await runningCases(deps.database.db, { after, limit: PAGE });
    for (const row of page) {
      known.add(row.no);
      report.compared += 1;
      const verdict = await compare(deps, row);
      if (verdict === 'orphaned') report.orphaned += 1;
      else if (verdict !== 'same') report.repaired += Number(await mend(deps, row.no));
      Context.current().heartbeat(row.no);
    }
    const last = page.at(-1);
    if (!last || page.length < PAGE) break;
    after = last.no;
  }
  report.missing = await findMissing(deps, known);
  setByKind(deps.metrics.auditDifferences, {
    repaired: report.repaired,
    missing: report.missing,
    orphaned: report.orphaned,
  });
  const { open, overdue } = await openCounts(deps.database.db);
  setByKind(deps.metrics.obligationsOpen, open);
  setByKind(deps.metrics.obligationsOverdue, overdue);
  return report;
}

async function compare(deps: AuditorDeps, row: ProjectedCase): Promise<Verdict> {
  const answer = await ask(deps.client, row.no);
  const verdict = judge(row, answer, deps.clock.now());
  if (verdict === 'same') return verdict;
  deps.logger.warn({ no: row.no, verdict, rowSeq: row.seq }, 'the read model differs from the workflow');
  await recordFinding(deps.database.db, {
    caseNo: row.no,
    foundAt: deps.clock.now(),
    kind: verdict,
    workflowSeq: answer?.snapshot.state.seq ?? null,
    rowSeq: row.seq,
  });
  return verdict;
}

function judge(row: ProjectedCase, answer: CaseAnswer | null, now: number): Verdict {
  if (!answer) return 'orphaned';
  const { seq } = answer.snapshot.state;
  if (row.seq === seq) return hashOf(row.snapshot) === hashOf(answer.snapshot) ? 'same' : 'differs';
  if (row.seq > seq) return 'differs';
  // A row that was written a moment ago may simply be on its way.
  return now - row.updatedAt < SETTLED ? 'same' : 'lagging';
}

async function ask(client: Client, no: string): Promise<CaseAnswer | null> {
  try {
    return await client.workflow.getHandle(no).query<CaseAnswer>(queries.case);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

/** Running workflows that the read model does not know at all. */
async function findMissing(deps: AuditorDeps, known: ReadonlySet<string>): Promise<number> {
  let missing = 0;
  const running = deps.client.workflow.list({ query: `ExecutionStatus = 'Running' AND GuanjiaFamily IS NOT NULL` });
  for await (const { workflowId, startTime } of running) {
    if (known.has(workflowId) || deps.clock.now() - startTime.getTime() < SETTLED) continue;
    missing += 1;
    await mend(deps, workflowId);
    Context.current().heartbeat(workflowId);
  }
  return missing;
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

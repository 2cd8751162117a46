import { isGrpcServiceError, type Client } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import type { temporal } from '@temporalio/proto';
import { Worker, type InjectedSinks, type WorkflowBundleOption } from '@temporalio/worker';
import type { JournalBatch, JournalSinks } from '../workflows/contracts/journal';

export interface ReplayDeps {
  readonly client: Client;
  readonly dataConverter: DataConverter;
  readonly bundle: WorkflowBundleOption;
}

type History = temporal.api.history.v1.IHistory;

const NOT_FOUND = 5;

/**
 * The whole journal of a case as its workflow wrote it, made anew by replaying its Temporal histories, oldest run
 * first; null when Temporal does not have the case. This is what rebuilds and repairs are made from: there is no second
 * piece of code that knows how a journal comes about.
 */
export async function replayCase(deps: ReplayDeps, no: string): Promise<JournalBatch | null> {
  const batches: JournalBatch[] = [];
  for (const history of await runsOf(deps.client, no)) batches.push(...(await replayRun(deps, no, history)));
  return merge(batches);
}

async function replayRun(deps: ReplayDeps, no: string, history: History): Promise<JournalBatch[]> {
  const batches: JournalBatch[] = [];
  const sinks: InjectedSinks<JournalSinks> = {
    journal: { batch: { fn: (_info, batch) => void batches.push(batch), callDuringReplay: true } },
  };
  await Worker.runReplayHistory({ workflowBundle: deps.bundle, dataConverter: deps.dataConverter, sinks }, history, no);
  return batches;
}

/**
 * Histories of all runs that continued as new from each other, oldest first. Runs that the server has deleted since are
 * left out: what they wrote stays as it is.
 */
async function runsOf(client: Client, no: string): Promise<History[]> {
  const histories: History[] = [];
  let runId: string | undefined;
  do {
    const history = await historyOf(client, no, runId);
    if (!history) break;
    histories.unshift(history);
    runId = history.events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || undefined;
  } while (runId);
  return histories;
}

async function historyOf(client: Client, no: string, runId: string | undefined): Promise<History | null> {
  try {
    return await client.workflow.getHandle(no, runId).fetchHistory();
  } catch (error) {
    // Here the client passes the server's own answer on.
    if (isGrpcServiceError(error) && Number(error.code) === NOT_FOUND) return null;
    throw error;
  }
}

/** Batches carried over into the next run come twice; the younger one holds. */
function merge(batches: readonly JournalBatch[]): JournalBatch | null {
  const last = batches.at(-1);
  if (!last) return null;
  const events = new Map(batches.flatMap((batch) => batch.events).map((event) => [event.seq, event]));
  const receipts = new Map(batches.flatMap((batch) => batch.receipts).map((receipt) => [receipt.id, receipt]));
  return {
    no: last.no,
    fence: last.fence,
    events: [...events.values()].sort((a, b) => a.seq - b.seq),
    snapshot: last.snapshot,
    receipts: [...receipts.values()],
    opened: batches.find((batch) => batch.opened)?.opened ?? null,
  };
}

import type { Client } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import type { temporal } from '@temporalio/proto';
import { Worker, type InjectedSinks, type WorkflowBundleOption } from '@temporalio/worker';
import { isNotFound } from '../common/temporal';
import type { JournalBatch, JournalSinks } from '../workflows/contracts/journal';

export interface ReplayDeps {
  readonly client: Client;
  readonly dataConverter: DataConverter;
  readonly bundle: WorkflowBundleOption;
}

type History = temporal.api.history.v1.IHistory;
type ReplayHistory = { readonly workflowId: string; readonly history: History };

/**
 * The whole journal of a case as its workflow wrote it, made anew by replaying its Temporal histories, oldest run
 * first; null when Temporal does not have the case. One whose first task is not completed has no journal yet, which is
 * an error: what its row says came from a task that Temporal does not know of. This is what rebuilds and repairs are
 * made from: there is no second piece of code that knows how a journal comes about.
 */
export async function replayCase(deps: ReplayDeps, no: string): Promise<JournalBatch | null> {
  const replayer = new Replayer(deps);
  try {
    return await replayer.replay(no);
  } finally {
    await replayer.close();
  }
}

/** Replays one case after another in one workflow sandbox: making that takes longer than replaying most cases. */
export class Replayer {
  private results: ReturnType<typeof Worker.runReplayHistories> | null = null;
  private waiting: ReplayHistory | null = null;
  private batches: JournalBatch[] = [];

  constructor(private readonly deps: ReplayDeps) {}

  /** As `replayCase`. One at a time. @throws what replaying it throws; the next case is not affected. */
  async replay(no: string): Promise<JournalBatch | null> {
    const histories = await runsOf(this.deps.client, no);
    this.batches = [];
    for (const history of histories) await this.replayRun({ workflowId: no, history });
    const batch = merge(this.batches);
    if (!batch && histories.length > 0) throw new Error('no task of it is completed yet');
    return batch;
  }

  async close(): Promise<void> {
    const { results } = this;
    this.results = null;
    await results?.return?.(undefined);
  }

  private async replayRun(run: ReplayHistory): Promise<void> {
    this.waiting = run;
    this.results ??= this.open();
    try {
      const result = await this.results.next();
      if (result.done) throw new Error(`${run.workflowId}: the replay ended before it`);
      if (result.value.error) throw result.value.error;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  private open(): ReturnType<typeof Worker.runReplayHistories> {
    const { bundle: workflowBundle, dataConverter } = this.deps;
    const sinks: InjectedSinks<JournalSinks> = {
      journal: { batch: { fn: (_info, batch) => void this.batches.push(batch), callDuringReplay: true } },
    };
    return Worker.runReplayHistories({ workflowBundle, dataConverter, sinks }, this.handedOver());
  }

  /** The worker asks for a history only when it was asked for its result. */
  private async *handedOver(): AsyncGenerator<ReplayHistory> {
    while (this.waiting) {
      const run = this.waiting;
      this.waiting = null;
      yield run;
    }
  }
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
    if (isNotFound(error)) return null;
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

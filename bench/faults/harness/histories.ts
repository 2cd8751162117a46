import { Connection } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import type { Decode } from './payloads';
import type { Topology } from './topology';

type Event = temporal.api.history.v1.IHistoryEvent;

/** A command that a run has carried out, or refused after it had taken it. */
export interface Update {
  /** The idempotency key, or a random id. */
  readonly id: string;
  readonly name: string;
  readonly run: string;
  /** null: taken, and no answer in this run's history. */
  readonly done: boolean | null;
}

/** What Temporal knows of one case, all its runs together. */
export interface CaseHistory {
  readonly no: string;
  /** `RUNNING`, `COMPLETED`, `FAILED` … of the newest run. */
  readonly status: string;
  /** Ids of the runs that no other run went before. */
  readonly firstRuns: readonly string[];
  readonly runs: readonly string[];
  /** Digest of the key of the POST that opened it. */
  readonly startKey: string;
  readonly updates: readonly Update[];
  /** Number of the last journal event, by the workflow itself: its query while it runs, its result when it has ended. */
  readonly seq: number;
}

/** Temporal's own service, over gRPC and without the product's client. */
export class Histories {
  private constructor(
    private readonly connection: Connection,
    private readonly namespace: string,
    private readonly decode: Decode,
  ) {}

  static async open({ temporal: { address, namespace } }: Pick<Topology, 'temporal'>, decode: Decode) {
    return new Histories(await Connection.connect({ address }), namespace, decode);
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  /** Every case that Temporal has, with the ids of all its runs. */
  async cases(): Promise<Map<string, readonly string[]>> {
    const { namespace } = this;
    const runs = new Map<string, string[]>();
    let nextPageToken: Uint8Array | undefined;
    do {
      const page = await this.connection.workflowService.listWorkflowExecutions({
        ...{ namespace, pageSize: 500, nextPageToken },
        query: "WorkflowType = 'complaintWorkflow'",
      });
      for (const { execution } of page.executions) {
        const no = execution?.workflowId ?? '';
        runs.set(no, [...(runs.get(no) ?? []), execution?.runId ?? '']);
      }
      nextPageToken = page.nextPageToken;
    } while (nextPageToken.length > 0);
    return runs;
  }

  /** @param runs of `cases()`. */
  async read(no: string, runs: readonly string[]): Promise<CaseHistory> {
    const read = await Promise.all(runs.map(async (run) => ({ run, events: await this.events(no, run) })));
    const started = read.map(({ run, events }) => ({ run, ...startOf(events) }));
    const first = started.filter(({ continued }) => continued === '');
    const input = this.one(first[0]?.input) as { readonly startKey?: string } | null;
    const last = read.find(({ run }) => !started.some(({ continued }) => continued === run));
    const status = statusOf(last?.events ?? []);
    return {
      ...{ no, runs, status, firstRuns: first.map(({ run }) => run) },
      startKey: input?.startKey ?? '',
      updates: read.flatMap(({ run, events }) => this.updatesOf(run, events)),
      seq: await this.seqOf(no, last?.events ?? [], status),
    };
  }

  private async events(workflowId: string, runId: string): Promise<Event[]> {
    const events: Event[] = [];
    let nextPageToken: Uint8Array | undefined;
    do {
      const page = await this.connection.workflowService.getWorkflowExecutionHistory({
        ...{ namespace: this.namespace, execution: { workflowId, runId }, nextPageToken },
      });
      events.push(...(page.history?.events ?? []));
      nextPageToken = page.nextPageToken;
    } while (nextPageToken.length > 0);
    return events;
  }

  private updatesOf(run: string, events: readonly Event[]): Update[] {
    const ended = new Map<string, boolean>();
    for (const { workflowExecutionUpdateCompletedEventAttributes: completed } of events) {
      if (completed) ended.set(String(completed.acceptedEventId), Boolean(completed.outcome?.success));
    }
    return events.flatMap(({ eventId, workflowExecutionUpdateAcceptedEventAttributes: accepted }) => {
      if (!accepted) return [];
      const { input } = accepted.acceptedRequest ?? {};
      const envelope = this.one(input?.args) as { readonly id?: string } | null;
      const done = ended.get(String(eventId)) ?? null;
      return [{ id: envelope?.id ?? '', name: input?.name ?? '', run, done }];
    });
  }

  private async seqOf(no: string, events: readonly Event[], status: string): Promise<number> {
    const result = events.at(-1)?.workflowExecutionCompletedEventAttributes?.result;
    if (result) return (this.one(result) as { readonly seq: number }).seq;
    if (status !== 'RUNNING') return 0;
    const answer = await this.connection.withDeadline(Date.now() + 15_000, () =>
      this.connection.workflowService.queryWorkflow({
        ...{ namespace: this.namespace, execution: { workflowId: no }, query: { queryType: 'case' } },
      }),
    );
    const known = this.one(answer.queryResult) as { readonly snapshot: { readonly state: { readonly seq: number } } };
    return known.snapshot.state.seq;
  }

  private one(payloads: temporal.api.common.v1.IPayloads | null | undefined): unknown {
    const [payload] = payloads?.payloads ?? [];
    return payload ? this.decode(payload) : null;
  }
}

function startOf(events: readonly Event[]) {
  const started = events[0]?.workflowExecutionStartedEventAttributes;
  return { continued: started?.continuedExecutionRunId ?? '', input: started?.input };
}

const { EventType } = temporal.api.enums.v1;
const ENDS = /^EVENT_TYPE_WORKFLOW_EXECUTION_(COMPLETED|FAILED|TIMED_OUT|CANCELED|TERMINATED|CONTINUED_AS_NEW)$/;

function statusOf(events: readonly Event[]): string {
  const name = EventType[events.at(-1)?.eventType ?? 0] ?? '';
  return ENDS.exec(name)?.[1] ?? 'RUNNING';
}

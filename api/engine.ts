import { createHash } from 'node:crypto';
import {
  QueryNotRegisteredError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
  type Connection,
} from '@temporalio/client';
import { ApplicationFailure, type SearchAttributePair, TypedSearchAttributes } from '@temporalio/common';
import { optionalTsToMs } from '@temporalio/common/lib/time';
import type { Opening } from '../domain/event';
import type { Refusal } from '../domain/family';
import type { Instant } from '../domain/instant';
import type { Metrics } from '../common/metrics';
import { currentOrigin, inSpan } from '../common/telemetry';
import { grpcCodeOf, isNotFound, withTimeout } from '../common/temporal';
import { ask, UPDATE_TRIES, wasNotTaken } from '../common/updates';
import {
  questions,
  REFUSED,
  type CaseAnswer,
  type CaseInput,
  type CommandEnvelope,
  type CommandResult,
  type Preview,
  type PreviewRequest,
} from '../workflows/contracts/case';
import { DELIVERY_WORKFLOW, handOverOf, type HandOver, type Recipient } from '../workflows/contracts/delivery';
import type { Origin } from '../workflows/contracts/origin';
import { searchAttributes } from '../workflows/contracts/search-attributes';
import { problem } from './http/problem';
import { keyMissing, problemOf } from './refusals';
import { Turns } from './turns';

/** How long one request waits for Temporal before it answers 503. Milliseconds. */
const DEADLINE = 8_000;
/** Codes of gRPC that mean "not now": cancelled, deadline exceeded, resource exhausted, unavailable. */
const AWAY = new Set([1, 4, 8, 14]);
const OK = 0;
/** gRPC's codes as labels. */
const REASONS: Readonly<Record<number, string>> = {
  1: 'cancelled',
  4: 'deadline',
  7: 'denied',
  8: 'exhausted',
  9: 'unfinished-task',
  13: 'internal',
  14: 'unavailable',
  16: 'denied',
};
/** Types of task queue. */
const WORKFLOW_TASKS = 1;
const ACTIVITY_TASKS = 2;
/** A poller that is there asks again within a minute. Milliseconds. */
const POLL = 75_000;
/** Whoever reads the metrics does not wait longer than this. Milliseconds. */
const ASK_WITHIN = 1_500;
/**
 * Commands and questions to one case that this process sends at once. Temporal takes ten from all of them; it turns
 * more away, which then come again after seconds, and three hundred at once keep each other out: one was done in a
 * second, and 40 were once each waited here for its turn (2 busy cores). Three leaves room for three APIs.
 */
const ABREAST = 3;
/** How long one waits for its turn before it is answered 503. Milliseconds. */
const PATIENCE = 5_000;

/**
 * The typed gateway to Temporal: every call has a deadline, and every error leaves as a problem with a stable code. The
 * workflow id is the case number.
 */
export class Engine {
  private readonly turns = new Turns(ABREAST);

  constructor(
    private readonly connection: Connection,
    private readonly client: Client,
    private readonly taskQueue: string,
    private readonly metrics: Pick<Metrics, 'engineErrors'> | null = null,
  ) {}

  /** `exists` when a case of this number was started before, also when it has ended since. */
  async start(workflowType: string, input: CaseInput<Opening>): Promise<'started' | 'exists'> {
    const { no, project } = input.opening;
    try {
      await this.call('start', no, () =>
        this.client.workflow.start(workflowType, {
          workflowId: no,
          taskQueue: this.taskQueue,
          args: [{ ...input, ...origin() }],
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
          workflowIdConflictPolicy: 'FAIL',
          staticSummary: `${workflowType} ${no}`,
          typedSearchAttributes: new TypedSearchAttributes([
            pair(searchAttributes.project, project.id),
            pair(searchAttributes.family, workflowType),
          ]),
        }),
      );
      return 'started';
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return 'exists';
      throw error;
    }
  }

  /** @throws Problem with the code of the refusal; 404 when there is no such case. */
  async command(no: string, name: string, envelope: CommandEnvelope): Promise<CommandResult> {
    return this.inTurn(no, () => this.send(no, name, envelope));
  }

  private async send(no: string, name: string, envelope: CommandEnvelope): Promise<CommandResult> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.call(name, no, () =>
          this.client.workflow.getHandle(no).executeUpdate<CommandResult, [CommandEnvelope]>(name, {
            args: [{ ...envelope, ...origin() }],
            updateId: updateIdOf(envelope),
          }),
        );
      } catch (error) {
        const refusal = refusalIn(error);
        if (refusal) throw problemOf(refusal);
        if (!wasNotTaken(error)) throw error;
        if (attempt === UPDATE_TRIES) throw problem('engine-unavailable', {}, { cause: error });
      }
    }
  }

  /** Hands messages over to the deliveries of their recipient. */
  async handOver(to: Recipient, orders: HandOver): Promise<void> {
    const work = () => this.client.workflow.signalWithStart(DELIVERY_WORKFLOW, handOverOf(to, orders, this.taskQueue));
    await this.call('hand-over', to.recipient, work);
  }

  /** The case as its workflow knows it; null when Temporal does not have it. */
  async read(no: string): Promise<CaseAnswer | null> {
    try {
      return await this.inTurn(no, () => this.call('read', no, () => ask<CaseAnswer>(this.client, no, questions.case)));
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    }
  }

  async preview(no: string, request: PreviewRequest): Promise<Preview> {
    return this.inTurn(no, () =>
      this.call('preview', no, () => ask<Preview>(this.client, no, questions.preview, request)),
    );
  }

  /** Temporal's own events of the case's last run, payloads still encoded; null when Temporal does not have it. */
  async history(no: string) {
    try {
      return await this.call('history', no, () => this.client.workflow.getHandle(no).fetchHistory());
    } catch (error) {
      // The client maps this error for every call but this one.
      if (error instanceof WorkflowNotFoundError || isNotFound(error)) return null;
      throw error;
    }
  }

  /**
   * How many asked for tasks of either kind lately. The server keeps those that are gone for minutes, with the time of
   * their last question, and a question waits for a minute at the most.
   * @param now by a clock that agrees with the server's within some seconds.
   */
  async pollers(now: Instant): Promise<Record<'workflow' | 'activity', number>> {
    const count = async (taskQueueType: number): Promise<number> => {
      const { pollers } = await this.connection.workflowService.describeTaskQueue({
        ...{ namespace: this.client.options.namespace, taskQueue: { name: this.taskQueue }, taskQueueType },
      });
      return (pollers ?? []).filter(({ lastAccessTime }) => now - (optionalTsToMs(lastAccessTime) ?? 0) < POLL).length;
    };
    const ask = (): Promise<[number, number]> => Promise.all([count(WORKFLOW_TASKS), count(ACTIVITY_TASKS)]);
    const [workflow, activity] = await withTimeout(this.connection, ASK_WITHIN, ask);
    return { workflow, activity };
  }

  /** @throws Problem engine-unavailable when the turn does not come in time. */
  private async inTurn<R>(no: string, work: () => Promise<R>): Promise<R> {
    const leave = await this.turns.take(no, PATIENCE);
    if (!leave) throw problem('engine-unavailable');
    try {
      return await work();
    } finally {
      leave();
    }
  }

  private async call<R>(operation: string, no: string, work: () => Promise<R>): Promise<R> {
    const span = { name: `temporal ${operation}`, kind: 'client', attributes: { 'guanjia.case': no } } as const;
    try {
      return await inSpan(span, () => withTimeout(this.connection, DEADLINE, work));
    } catch (error) {
      const reason = reasonOf(error);
      if (reason !== null) this.metrics?.engineErrors.inc({ reason });
      if (isAway(error)) throw problem('engine-unavailable', {}, { cause: error });
      // Every case knows its queries, so one that can't answer could not be loaded.
      if (error instanceof QueryNotRegisteredError) throw problem('case-unreadable', {}, { cause: error });
      throw keyMissing(error) ?? error;
    }
  }
}

/** The server answers a repeated update id without asking the case, so another body must have another id. */
function updateIdOf({ id, bodyHash }: CommandEnvelope): string {
  return createHash('sha256').update(`${id}\n${bodyHash}`).digest('hex');
}

function pair(key: (typeof searchAttributes)[keyof typeof searchAttributes], value: string): SearchAttributePair {
  return { key, value };
}

function refusalIn(error: unknown): Refusal | null {
  if (!(error instanceof WorkflowUpdateFailedError)) return null;
  const { cause } = error;
  if (!(cause instanceof ApplicationFailure) || cause.type !== REFUSED) return null;
  return (cause.details?.[0] as Refusal | undefined) ?? null;
}

function isAway(error: unknown): boolean {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return true;
  return AWAY.has(grpcCodeOf(error) ?? OK);
}

/** For the metrics: the server's code in words; null for what is an answer of a case and no failure of a call. */
function reasonOf(error: unknown): string | null {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return 'deadline';
  const code = grpcCodeOf(error);
  return code === null ? null : (REASONS[code] ?? 'other');
}

/** The request that this is done for, inside the span of the call. */
function origin(): { readonly origin?: Origin } {
  const current = currentOrigin();
  return current ? { origin: current } : {};
}

import { WorkflowNotFoundError, WorkflowUpdateFailedError, type Client } from '@temporalio/client';
import { ApplicationFailure, type TypedSearchAttributes } from '@temporalio/common';
import { isNotFound } from '../../../common/temporal';
import { ask } from '../../../common/updates';
import type { Actor } from '../../../domain/actor';
import type { ComplaintOpening, ComplaintState } from '../../../domain/complaint/state';
import type { CommandData, CommandName, Opening } from '../../../domain/event';
import type { Refusal } from '../../../domain/family';
import type { CaseSnapshot } from '../../../domain/projection';
import {
  questions,
  REFUSED,
  type CaseAnswer,
  type CommandEnvelope,
  type CommandResult,
} from '../../../workflows/contracts/case';
import { CLERK } from '../../domain/support';
import { activitiesUnderWay, historyOf, type HistoryEvent } from './history';
import { until } from './until';

export interface Doing {
  readonly by?: Actor;
  readonly id?: string;
  readonly bodyHash?: string;
  readonly ifSeq?: number;
  /** Its id for Temporal, by which the server can be asked for it; left out: some id. */
  readonly updateId?: string;
}

/** The state as the outside sees it: without the text of the policy. */
export type ShownState = CaseSnapshot<ComplaintState>['state'];

/** How a command gets to its case. */
export type Send = (
  no: string,
  name: CommandName,
  envelope: CommandEnvelope,
  updateId?: string,
) => Promise<CommandResult>;

/** As an update, each under an id of its own. */
function updating({ workflow }: Client): Send {
  return (no, name, envelope, updateId) =>
    workflow.getHandle(no).executeUpdate<CommandResult, [CommandEnvelope]>(name, { args: [envelope], updateId });
}

/** One case on a server, by its updates and queries. */
export class TestCase<O extends Opening = ComplaintOpening> {
  private ids = 0;

  constructor(
    /** Gives a call to the server its deadline. */
    private readonly call: <R>(work: () => Promise<R>) => Promise<R>,
    private readonly client: Client,
    readonly opening: O,
    private readonly send: Send = updating(client),
  ) {}

  get no(): string {
    return this.opening.no;
  }

  /** Without an id of its own, each is another command. */
  do<K extends CommandName>(name: K, data: CommandData[K], { updateId, ...doing }: Doing = {}): Promise<CommandResult> {
    this.ids += 1;
    const { id = `${name}-${this.ids}` } = doing;
    const envelope: CommandEnvelope = { by: CLERK, bodyHash: `body of ${id}`, ...doing, id, data };
    return this.call(() => this.send(this.no, name, envelope, updateId));
  }

  /** Whether a command has come to the server, though no task may have taken it yet. */
  async hasReached(updateId: string): Promise<boolean> {
    const updateRef = { workflowExecution: { workflowId: this.no }, updateId };
    const { workflowService } = this.client.connection;
    try {
      await this.call(() => workflowService.pollWorkflowExecutionUpdate({ namespace: 'default', updateRef }));
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }

  async refused<K extends CommandName>(name: K, data: CommandData[K], doing: Doing = {}): Promise<Refusal> {
    const error: unknown = await this.do(name, data, doing).then(
      () => new Error(`${name} was accepted`),
      (reason: unknown) => reason,
    );
    if (!(error instanceof WorkflowUpdateFailedError) || !(error.cause instanceof ApplicationFailure)) throw error;
    if (error.cause.type !== REFUSED) throw error;
    return error.cause.details?.[0] as Refusal;
  }

  async state(): Promise<ShownState> {
    const answer = await this.call(() => ask<CaseAnswer>(this.client, this.no, questions.case));
    return answer.snapshot.state as ShownState;
  }

  /** Ids of its runs, the newest first. */
  async runs(): Promise<string[]> {
    const runs: string[] = [];
    let runId = (await this.call(() => this.handle.describe())).runId;
    while (runId) {
      runs.push(runId);
      const [started] = await this.history(runId);
      runId = started?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? '';
    }
    return runs;
  }

  /** Its search attributes, as the Temporal Web UI shows them. */
  async shown(): Promise<TypedSearchAttributes> {
    return (await this.call(() => this.handle.describe())).typedSearchAttributes;
  }

  history(runId?: string): Promise<HistoryEvent[]> {
    return this.call(() => historyOf(this.client, this.no, runId));
  }

  async status(): Promise<string> {
    const { status } = await this.call(() => this.handle.describe());
    return status.name;
  }

  /** Ends it from outside, if it has not ended by itself. */
  async drop(): Promise<void> {
    // The server that skips time holds it for ever for an activity whose case is gone.
    await until('no activity is under way', async () => activitiesUnderWay(await this.history()) === 0);
    await this.call(() => this.handle.terminate()).catch((error: unknown) => {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    });
  }

  private get handle() {
    return this.client.workflow.getHandle(this.no);
  }
}

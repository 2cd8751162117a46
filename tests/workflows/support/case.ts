import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { ComplaintOpening, ComplaintState } from '../../../domain/complaint/state';
import type { CaseSnapshot } from '../../../domain/projection';
import { queries, REFUSED, type CaseAnswer, type CommandEnvelope, type CommandResult } from '../../../workflows/contracts/case';
import { CLERK } from '../../domain/support';
import { historyOf, type HistoryEvent } from './history';
import type { CommandData, CommandName, Doing, Refusal, World } from './world';

/** One complaint in a world. */
export class TestCase {
  private ids = 0;

  constructor(
    readonly world: World,
    readonly opening: ComplaintOpening,
  ) {}

  get no(): string {
    return this.opening.no;
  }

  private get handle() {
    return this.world.client.workflow.getHandle(this.no);
  }

  do<K extends CommandName>(name: K, data: CommandData[K], doing: Doing = {}): Promise<CommandResult> {
    this.ids += 1;
    const id = doing.id ?? `${name}-${this.ids}`;
    const envelope: CommandEnvelope = { by: CLERK, bodyHash: `body of ${id}`, ...doing, id, data };
    return this.world.call(() =>
      this.handle.executeUpdate<CommandResult, [CommandEnvelope]>(name, { args: [envelope] }),
    );
  }

  async refused<K extends CommandName>(name: K, data: CommandData[K], doing: Doing = {}): Promise<Refusal> {
    const error: unknown = await this.do(name, data, doing).then(
      () => new Error(`${name} was accepted`),
      (reason: unknown) => reason,
    );
    if (!(error instanceof WorkflowUpdateFailedError) || !(error.cause instanceof ApplicationFailure)) throw error;
    expect(error.cause.type).toBe(REFUSED);
    return error.cause.details?.[0] as Refusal;
  }

  async state(): Promise<CaseSnapshot<ComplaintState>['state']> {
    const answer = await this.world.call(() => this.handle.query<CaseAnswer>(queries.case));
    return answer.snapshot.state as CaseSnapshot<ComplaintState>['state'];
  }

  history(runId?: string): Promise<HistoryEvent[]> {
    return this.world.call(() => historyOf(this.world.client, this.no, runId));
  }

  async status(): Promise<string> {
    const { status } = await this.world.call(() => this.handle.describe());
    return status.name;
  }

  async end(): Promise<void> {
    await this.world.call(() => this.handle.terminate());
  }
}

import {
  ParentClosePolicy,
  WorkflowIdReusePolicy,
  getExternalWorkflowHandle,
  isCancellation,
  log,
  startChild,
} from '@temporalio/workflow';
import { TypedSearchAttributes, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { JournalEvent } from '../../domain/event';
import type { Answer } from '../../domain/engine';
import type { CaseState } from '../../domain/state';
import type { EffectRequest } from '../contracts/effect-request';
import { TOLD, type CaseStart, type EffectAnswer, type ToldEnvelope } from '../contracts/effects';
import { searchAttributes } from '../contracts/search-attributes';
import type { FirstSent } from './journal';
import { unlessLeaving } from './leaving';
import { effecting, effectingNow } from './options';

/**
 * What cases ask of the outside beside messages: to find out something (who gets a job, what was here before), to start
 * a case of another family, to tell another case. Each comes back as a command of the system; what is under way when a
 * case rolls over is asked for anew by the next run, and is brought about once by its key.
 *
 * A local activity tries first, in turn with messages and journal; when it gives up, or the database is known to be
 * away, an ordinary one does, beside them, for as long as it takes.
 */
export class Effects implements FirstSent {
  private readonly open = new Map<number, EffectRequest>();
  /** To be carried out before the journal is written next. */
  private fresh: EffectRequest[] = [];

  constructor(private readonly answered: (answer: Answer) => void) {}

  add(state: CaseState, events: readonly JournalEvent[], { away }: { readonly away: boolean }): void {
    for (const event of events) {
      if (event.type !== 'effect-requested') continue;
      const { no, project } = state;
      const { effect } = event.data;
      const request = { key: `${no}/${event.seq}`, no, seq: event.seq, project, at: event.at, effect };
      this.open.set(request.seq, request);
      if (away || effect.kind === 'tell-case') this.beside(request);
      else this.fresh.push(request);
    }
  }

  isWaiting(): boolean {
    return this.fresh.length > 0;
  }

  async send(): Promise<void> {
    for (let request = this.fresh.shift(); request; request = this.fresh.shift()) {
      const found = await foundNow(request);
      if (!found || found.start) this.beside(request, found);
      else this.end(request, { command: found.command });
    }
  }

  giveUp(): void {
    for (let request = this.fresh.shift(); request; request = this.fresh.shift()) this.beside(request);
  }

  isIdle(): boolean {
    return this.open.size === 0;
  }

  carry(): readonly EffectRequest[] {
    return [...this.open.values()];
  }

  restore(requests: readonly EffectRequest[]): void {
    for (const request of requests) {
      this.open.set(request.seq, request);
      this.beside(request);
    }
  }

  /** @param found what was found out already; else it is found out by an ordinary activity. */
  private beside(request: EffectRequest, found: EffectAnswer | null = null): void {
    const { effect } = request;
    const outcome = effect.kind === 'tell-case' ? tell(request, effect) : carriedOut(request, found);
    outcome.then((done) => this.end(request, done)).catch(unlessLeaving);
  }

  private end({ seq, effect }: EffectRequest, outcome: Outcome): void {
    this.open.delete(seq);
    this.answered({ of: seq, effect: effect.kind, ...outcome });
  }
}

type Outcome = Pick<Answer, 'command' | 'failed'>;

async function foundNow(request: EffectRequest): Promise<EffectAnswer | null> {
  try {
    return await effectingNow.carryOut(request);
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.warn('an effect is carried out later', { no: request.no, effect: request.effect.kind });
    return null;
  }
}

/** What can never be carried out is a fact of the journal, not the end of the case. */
async function carriedOut(request: EffectRequest, found: EffectAnswer | null): Promise<Outcome> {
  try {
    const { start, command } = found ?? (await effecting.carryOut(request));
    if (start) await begin(start);
    return { command };
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.error('an effect could not be carried out', { no: request.no, effect: request.effect.kind });
    return { command: null, failed: true };
  }
}

/** The child outlives its parent. One that is there already is the one that was started for the same key. */
async function begin({ workflowType, input }: CaseStart): Promise<void> {
  const { no, project } = input.opening;
  try {
    await startChild(workflowType, {
      workflowId: no,
      args: [input],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
      staticSummary: `${workflowType} ${no}`,
      typedSearchAttributes: new TypedSearchAttributes([
        { key: searchAttributes.project, value: project.id },
        { key: searchAttributes.family, value: workflowType },
      ]),
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

/** A case that has ended hears nothing any more, and needs to. */
async function tell(
  { key }: EffectRequest,
  effect: Extract<EffectRequest['effect'], { readonly kind: 'tell-case' }>,
): Promise<Outcome> {
  const envelope: ToldEnvelope = { id: key, command: effect.command, data: effect.data };
  try {
    await getExternalWorkflowHandle(effect.no).signal<[ToldEnvelope]>(TOLD, envelope);
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.warn('a case could not be told', { no: effect.no, command: effect.command });
  }
  return { command: null };
}

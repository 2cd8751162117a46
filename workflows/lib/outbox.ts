import { condition, isCancellation, log, patched } from '@temporalio/workflow';
import { draft, type Draft, type JournalEvent } from '../../domain/event';
import type { CaseState } from '../../domain/state';
import type { NotifyOutcome, NotifyRequest } from '../contracts/notify';
import type { Origin } from '../contracts/origin';
import { unlessLeaving } from './leaving';
import { notifying } from './options';
import { patches } from './patches';

/**
 * Outward effects: what the journal says is to be sent is sent by an ordinary activity with one stable key per message
 * (`workflowId/seq`), and its outcome comes back into the journal. Temporal is the outbox; there is no second queue.
 *
 * Messages go one batch after the other. An urgent one doesn't wait: a batch whose worker was killed is tried again
 * after 30 s, one that failed often after a minute, and that much of 15 the next rung of a ladder can't spare.
 */
export class Outbox {
  private pending: NotifyRequest[] = [];
  private overtaking: NotifyRequest[] = [];
  private readonly sending = new Set<readonly NotifyRequest[]>();

  constructor(private readonly record: (of: number, outcome: Draft) => void) {}

  add(state: CaseState, events: readonly JournalEvent[], origin?: Origin): void {
    const asked = events.flatMap((event) =>
      event.type === 'notify-requested' ? [requestOf(state, event, origin)] : [],
    );
    const urgent = asked.filter((request) => request.urgent);
    const overtake = urgent.length > 0 && this.sending.size > 0 && patched(patches.urgentOvertakes);
    if (overtake) this.overtaking.push(...urgent);
    this.pending.push(...(overtake ? asked.filter((request) => !request.urgent) : asked));
  }

  /** In a new run nothing is being sent yet, so all of them go at once. */
  restore(requests: readonly NotifyRequest[]): void {
    this.pending.push(...requests);
  }

  isIdle(): boolean {
    return this.pending.length === 0 && this.overtaking.length === 0 && this.sending.size === 0;
  }

  carry(): readonly NotifyRequest[] {
    return [...[...this.sending].flat(), ...this.overtaking, ...this.pending];
  }

  /** Runs beside the case loop for ever. */
  async run(): Promise<void> {
    await Promise.all([this.sendInOrder(), this.sendUrgent()]);
  }

  private async sendInOrder(): Promise<void> {
    for (;;) {
      await condition(() => this.pending.length > 0);
      const batch = this.pending;
      this.pending = [];
      await this.deliver(batch);
    }
  }

  /** Each batch beside those that are under way. */
  private async sendUrgent(): Promise<void> {
    for (;;) {
      await condition(() => this.overtaking.length > 0);
      const batch = this.overtaking;
      this.overtaking = [];
      this.deliver(batch).catch(unlessLeaving);
    }
  }

  private async deliver(batch: readonly NotifyRequest[]): Promise<void> {
    this.sending.add(batch);
    const outcomes = await this.send(batch);
    for (const request of batch) {
      const outcome = outcomes.find(({ seq }) => seq === request.seq);
      this.record(request.seq, notified(request, outcome));
    }
    this.sending.delete(batch);
  }

  /** A message that can never be delivered is a fact of the journal, not the end of the case. */
  private async send(requests: readonly NotifyRequest[]): Promise<readonly NotifyOutcome[]> {
    try {
      return await notifying.notify(requests);
    } catch (error) {
      if (isCancellation(error)) throw error;
      const requestIds = requests.flatMap(({ origin }) => origin?.requestId ?? []);
      log.error('messages could not be delivered', { no: requests[0]?.no, count: requests.length, requestIds });
      return [];
    }
  }
}

function notified(request: NotifyRequest, outcome: NotifyOutcome | undefined): Draft {
  return draft('notified', {
    of: request.seq,
    template: request.template,
    channel: outcome?.channel ?? 'failed',
    role: outcome?.role ?? null,
    recipients: outcome?.recipients ?? [],
    skipped: outcome?.skipped ?? [],
    obligation: request.obligation,
  });
}

function requestOf(
  state: CaseState,
  event: JournalEvent & { type: 'notify-requested' },
  origin: Origin | undefined,
): NotifyRequest {
  return {
    key: `${state.no}/${event.seq}`,
    no: state.no,
    seq: event.seq,
    project: state.project.id,
    mode: state.mode,
    at: event.at,
    template: event.data.template,
    to: event.data.to,
    obligation: event.data.obligation,
    urgent: event.data.urgent,
    args: event.data.args,
    upwards: event.data.upwards,
    text: event.data.text,
    ...(origin ? { origin } : {}),
  };
}

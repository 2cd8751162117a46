import { condition, isCancellation, log } from '@temporalio/workflow';
import { draft, type Draft, type JournalEvent } from '../../domain/event';
import type { CaseState } from '../../domain/state';
import type { NotifyOutcome, NotifyRequest } from '../contracts/notify';
import type { Origin } from '../contracts/origin';
import { notifying } from './options';

/**
 * Outward effects: what the journal says is to be sent is sent by an ordinary activity with one stable key per message
 * (`workflowId/seq`), and its outcome comes back into the journal. Temporal is the outbox; there is no second queue.
 */
export class Outbox {
  private pending: NotifyRequest[] = [];
  private sending: readonly NotifyRequest[] = [];

  constructor(private readonly record: (of: number, outcome: Draft) => void) {}

  add(state: CaseState, events: readonly JournalEvent[], origin?: Origin): void {
    for (const event of events) {
      if (event.type === 'notify-requested') this.pending.push(requestOf(state, event, origin));
    }
  }

  restore(requests: readonly NotifyRequest[]): void {
    this.pending.push(...requests);
  }

  isIdle(): boolean {
    return this.pending.length === 0 && this.sending.length === 0;
  }

  carry(): readonly NotifyRequest[] {
    return [...this.sending, ...this.pending];
  }

  /** Runs beside the case loop for ever. */
  async run(): Promise<void> {
    for (;;) {
      await condition(() => this.pending.length > 0);
      this.sending = this.pending;
      this.pending = [];
      const outcomes = await this.send(this.sending);
      for (const request of this.sending) {
        const outcome = outcomes.find(({ seq }) => seq === request.seq);
        this.record(request.seq, notified(request, outcome));
      }
      this.sending = [];
    }
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

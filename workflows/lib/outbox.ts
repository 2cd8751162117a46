import { condition, isCancellation, log, patched } from '@temporalio/workflow';
import { draft, type Draft, type JournalEvent } from '../../domain/event';
import type { Instant } from '../../domain/instant';
import type { CaseState } from '../../domain/state';
import type { NotifyOutcome, NotifyRequest } from '../contracts/notify';
import type { Origin } from '../contracts/origin';
import type { Fence } from './fence';
import type { FirstSent } from './journal';
import { unlessLeaving } from './leaving';
import { notifying, notifyingNow } from './options';
import { patches } from './patches';

/**
 * Outward effects: what the journal says is to be sent is sent with one stable key per message (`workflowId/seq`), and
 * its outcome comes back into the journal. Temporal is the outbox; there is no second queue.
 *
 * A local activity tries first, before the journal is written, and its outcomes go into the same batch. When it gives
 * up, or the database is known to be away, an ordinary one delivers the messages, one batch after the other. An urgent
 * one doesn't wait: a batch whose worker was killed is tried again after 30 s, one that failed often after a minute, and
 * that much of 15 the next rung of a ladder can't spare.
 */
export class Outbox implements FirstSent {
  /** To be sent before the journal is written next. */
  private fresh: NotifyRequest[] = [];
  /** With the local activity. */
  private inHand: readonly NotifyRequest[] = [];
  private pending: NotifyRequest[] = [];
  private overtaking: NotifyRequest[] = [];
  private readonly sending = new Set<readonly NotifyRequest[]>();
  /** Whether this run of the case sends at once; asked with its first message. */
  private atOnce: boolean | null = null;

  constructor(
    private readonly fence: Fence,
    private readonly record: (of: number, outcome: Draft) => void,
  ) {}

  add(
    state: CaseState,
    events: readonly JournalEvent[],
    { origin, away }: { readonly origin: Origin | undefined; readonly away: boolean },
  ): void {
    const fence = this.fence.now();
    const asked = events.flatMap((event) =>
      event.type === 'notify-requested' ? [requestOf(state, event, { fence, origin })] : [],
    );
    if (asked.length === 0) return;
    this.atOnce ??= patched(patches.sentAtOnce);
    // None comes before those that are delivered later.
    if (this.atOnce && !away && this.hasNoneLater()) this.fresh.push(...asked);
    else this.queue(asked);
  }

  isWaiting(): boolean {
    return this.fresh.length > 0;
  }

  async send(): Promise<void> {
    const batch = this.fresh;
    this.fresh = [];
    this.inHand = batch;
    const outcomes = await this.sendNow(batch);
    this.inHand = [];
    if (outcomes) return this.told(batch, outcomes);
    this.queue(batch);
    this.giveUp();
  }

  /** What was to be sent before the journal is written goes the ordinary way. */
  giveUp(): void {
    const batch = this.fresh;
    this.fresh = [];
    this.queue(batch);
  }

  /** In a new run nothing is being sent yet, so all of them go at once. */
  restore(requests: readonly NotifyRequest[]): void {
    this.pending.push(...requests);
  }

  isIdle(): boolean {
    return this.fresh.length === 0 && this.inHand.length === 0 && this.hasNoneLater();
  }

  carry(): readonly NotifyRequest[] {
    return [...[...this.sending].flat(), ...this.overtaking, ...this.pending, ...this.inHand, ...this.fresh];
  }

  /** Runs beside the case loop for ever. */
  async run(): Promise<void> {
    await Promise.all([this.sendInOrder(), this.sendUrgent()]);
  }

  /** Nothing waits for an ordinary activity, or is with one. */
  private hasNoneLater(): boolean {
    return this.pending.length === 0 && this.overtaking.length === 0 && this.sending.size === 0;
  }

  private queue(requests: readonly NotifyRequest[]): void {
    const urgent = requests.filter((request) => request.urgent);
    const overtake = urgent.length > 0 && this.sending.size > 0 && patched(patches.urgentOvertakes);
    if (overtake) this.overtaking.push(...urgent);
    this.pending.push(...(overtake ? requests.filter((request) => !request.urgent) : requests));
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
    this.told(batch, await this.sendLater(batch));
    this.sending.delete(batch);
  }

  private async sendNow(batch: readonly NotifyRequest[]): Promise<readonly NotifyOutcome[] | null> {
    try {
      return await notifyingNow.notify(batch);
    } catch (error) {
      if (isCancellation(error)) throw error;
      log.warn('messages are delivered later', idsOf(batch));
      return null;
    }
  }

  /** A message that can never be delivered is a fact of the journal, not the end of the case. */
  private async sendLater(batch: readonly NotifyRequest[]): Promise<readonly NotifyOutcome[]> {
    try {
      return await notifying.notify(batch);
    } catch (error) {
      if (isCancellation(error)) throw error;
      log.error('messages could not be delivered', idsOf(batch));
      return [];
    }
  }

  private told(batch: readonly NotifyRequest[], outcomes: readonly NotifyOutcome[]): void {
    for (const request of batch) {
      const outcome = outcomes.find(({ seq }) => seq === request.seq);
      this.record(request.seq, notified(request, outcome));
    }
  }
}

/** What a line about messages is found by. */
function idsOf(batch: readonly NotifyRequest[]) {
  const requestIds = batch.flatMap(({ origin }) => origin?.requestId ?? []);
  return { no: batch[0]?.no, count: batch.length, requestIds };
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
  { fence, origin }: { readonly fence: Instant; readonly origin: Origin | undefined },
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
    fence,
    ...(origin ? { origin } : {}),
  };
}

import { CancellationScope, condition, isCancellation, log, proxySinks, workflowInfo } from '@temporalio/workflow';
import type { JournalEvent, OpenedRecord } from '../../domain/event';
import type { CaseSnapshot } from '../../domain/projection';
import type { CommandReceipt, JournalBatch, JournalSinks } from '../contracts/journal';
import type { Fence } from './fence';
import { journalLater, journalNow } from './options';

const { journal: sink } = proxySinks<JournalSinks>();

/**
 * What is done before the journal is written, so that what came of it goes into the same batch: effects, messages. One
 * local activity after the other, never two at once: their answers would have other instants in a replay.
 */
export interface FirstSent {
  isWaiting(): boolean;
  send(): Promise<void>;
  /** The journal will not come round for a time. */
  giveUp(): void;
}

/**
 * The single writer of a case's journal. Whatever is appended while a batch is being written goes into the next one, so
 * a burst of commands costs one write and order can't be lost. A local activity tries first; when it gives up, an
 * ordinary one delivers the same batch and later batches queue behind it.
 */
export class Journal {
  private events: JournalEvent[] = [];
  private receipts: CommandReceipt[] = [];
  private inFlight: JournalBatch | null = null;
  private written: number;
  /** Messages are sent, or a batch is written. */
  private busy = false;
  /** How many events there were when the database refused them for good. */
  private stuck = 0;
  /** The database is away: commands are answered without waiting for it. */
  private away = false;
  private readonly delivery = new CancellationScope();

  constructor(
    private readonly no: string,
    written: number,
    private readonly snapshot: () => CaseSnapshot,
    private readonly fence: Fence,
    private readonly first: readonly FirstSent[],
  ) {
    this.written = written;
  }

  append(events: readonly JournalEvent[], receipts: readonly CommandReceipt[] = []): void {
    this.events.push(...events);
    this.receipts.push(...receipts);
  }

  /** Resolves when everything up to `seq` is in the read model, or at once while the database is away. */
  async settled(seq: number): Promise<'written' | 'pending'> {
    await condition(() => this.written >= seq || this.away);
    return this.written >= seq ? 'written' : 'pending';
  }

  /** Number of the last event that is known to be in the read model. */
  get writtenTo(): number {
    return this.written;
  }

  isIdle(): boolean {
    return this.events.length === 0 && !this.busy;
  }

  isAway(): boolean {
    return this.away;
  }

  /** Stops writing and hands over what is not written yet. */
  carry(): { events: readonly JournalEvent[]; receipts: readonly CommandReceipt[] } {
    this.delivery.cancel();
    return {
      events: [...(this.inFlight?.events ?? []), ...this.events],
      receipts: [...(this.inFlight?.receipts ?? []), ...this.receipts],
    };
  }

  /** The database is away and the batch is with an ordinary activity, or nothing is under way. */
  isSafeToLeave(): boolean {
    return this.isIdle() || this.away;
  }

  /** Runs beside the case loop for ever. */
  async run(): Promise<void> {
    for (;;) {
      await condition(() => this.events.length > 0 || this.first.some((one) => one.isWaiting()));
      this.busy = true;
      for (const one of this.first) if (one.isWaiting()) await one.send();
      if (this.events.length > 0) await this.write(this.take());
      this.busy = false;
      if (!this.away) continue;
      // Refused for good: the case goes on without its row; the next events, or the auditor, try again.
      await condition(() => this.events.length > this.stuck);
    }
  }

  private async write(batch: JournalBatch): Promise<void> {
    this.inFlight = batch;
    if (await this.delivered(batch)) {
      this.written = batch.events.at(-1)?.seq ?? this.written;
      this.away = false;
    } else {
      this.events = [...batch.events, ...this.events];
      this.receipts = [...batch.receipts, ...this.receipts];
      this.stuck = this.events.length;
    }
    this.inFlight = null;
  }

  private async delivered(batch: JournalBatch): Promise<boolean> {
    try {
      await journalNow.writeJournal(batch);
      return true;
    } catch (error) {
      if (isCancellation(error)) throw error;
      log.warn('the journal is delivered later', idsOf(batch));
    }
    this.away = true;
    for (const one of this.first) one.giveUp();
    try {
      await this.delivery.run(() => journalLater.writeJournal(batch));
      return true;
    } catch (error) {
      if (isCancellation(error)) throw error;
      log.error('the journal was refused by the database', idsOf(batch));
      return false;
    }
  }

  private take(): JournalBatch {
    const batch: JournalBatch = {
      no: this.no,
      fence: this.fence.now(),
      events: this.events,
      snapshot: this.snapshot(),
      receipts: this.receipts,
      opened: openedIn(this.events),
    };
    this.events = [];
    this.receipts = [];
    // A rebuild replays the history and collects what was written then.
    if (workflowInfo().unsafe.isReplaying) sink.batch(batch);
    return batch;
  }
}

/** What a line about a batch is found by. */
function idsOf({ no, events, receipts }: JournalBatch) {
  return { no, first: events[0]?.seq, requestIds: receipts.flatMap(({ origin }) => origin?.requestId ?? []) };
}

function openedIn(events: readonly JournalEvent[]): OpenedRecord | null {
  for (const event of events) if (event.type === 'received') return event.data.record;
  return null;
}

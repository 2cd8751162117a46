import { reaches } from '../resources/authority';
import type { Principal } from '../http/access';
import { isBefore, type FeedEntry } from '../../db/queries/feed';
import { Mailbox } from './mailbox';
import type { Place } from './position';
import { entryView, renderEvent } from './render';

/** Where the events of one client go. */
export interface Sink {
  write(text: string): void;
  /** Bytes written and not yet taken by the network. */
  readonly buffered: number;
  /** Ends it once everything is sent, or soon after. */
  close(): void;
}

export interface SubscriptionOptions {
  readonly flushMs?: number;
  /** More than this waits in the socket: nothing is added. Bytes. */
  readonly maxBuffered?: number;
  /** So long without the socket taking anything: the client is told to read anew. Milliseconds. */
  readonly maxBlockedMs?: number;
  /** More cases than this wait: the same. */
  readonly maxCases?: number;
}

export type ResyncReason = 'unknown-position' | 'too-old' | 'database-changed' | 'too-slow' | 'too-many';

/** One client of the stream. It is never queued for: see Mailbox. */
export class Subscription {
  private readonly mailbox = new Mailbox();
  private timer: NodeJS.Timeout | null = null;
  /** Flushes in a row that found the socket full. */
  private blocked = 0;
  private closed = false;
  private readonly limits: Required<SubscriptionOptions>;

  /**
   * @param principal of whom it is; rights are looked at when something is written.
   * @param place up to where the client has everything, as far as it was offered here.
   */
  constructor(
    public principal: Principal,
    private place: Place,
    private readonly sink: Sink,
    options: SubscriptionOptions = {},
  ) {
    this.limits = {
      flushMs: options.flushMs ?? 250,
      maxBuffered: options.maxBuffered ?? 64 * 1024,
      maxBlockedMs: options.maxBlockedMs ?? 30_000,
      maxCases: options.maxCases ?? 5_000,
    };
  }

  get isClosed(): boolean {
    return this.closed;
  }

  /** Up to where entries were offered. */
  get at(): Place {
    return this.place;
  }

  /** Entries in order, up to `place`; what was offered before is left out. */
  offer(entries: readonly FeedEntry[], place: Place): void {
    if (this.closed || !isBefore(this.place.position, place.position)) return;
    const isNew = entries[0] === undefined || isBefore(this.place.position, entries[0]);
    const fresh = isNew ? entries : entries.filter((entry) => isBefore(this.place.position, entry));
    this.place = place;
    for (const entry of fresh) if (reaches(this.principal.projects, entry.project)) this.mailbox.put(entry);
    if (this.mailbox.size > this.limits.maxCases) this.giveUp('too-many');
    else if (this.mailbox.size > 0) this.timer ??= setTimeout(() => this.flush(), this.limits.flushMs);
  }

  hello(data: object): void {
    this.sink.write(`retry: 3000\n${renderEvent('hello', data, this.mailbox.size === 0 ? this.place : null)}`);
  }

  /** Has the client move on too, when nothing waits for him. */
  beat(data: object): void {
    if (this.closed) return;
    if (this.sink.buffered >= this.limits.maxBuffered) {
      // Nothing else may ever come for him, and then nobody would look whether he still reads.
      this.timer ??= setTimeout(() => this.flush(), this.limits.flushMs);
      return;
    }
    this.sink.write(renderEvent('beat', data, this.mailbox.size === 0 ? this.place : null));
  }

  /** What was told before means nothing now; from `place` on it goes on. */
  resync(reason: ResyncReason, place: Place): void {
    if (this.closed) return;
    this.mailbox.take();
    this.place = place;
    this.sink.write(renderEvent('resync', { reason }, place));
  }

  bye(reason: 'revoked' | 'shutdown'): void {
    if (this.closed) return;
    this.sink.write(renderEvent('bye', { reason }, null));
    this.close();
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    if (this.timer) clearTimeout(this.timer);
    this.sink.close();
  }

  private flush(): void {
    this.timer = null;
    if (this.closed) return;
    if (this.sink.buffered >= this.limits.maxBuffered) {
      this.waitForSocket();
      return;
    }
    this.blocked = 0;
    if (this.mailbox.size === 0) return;
    const { epoch } = this.place;
    const text = this.mailbox.take().map(({ position, entries }) => {
      const allowed = entries.filter(({ project }) => reaches(this.principal.projects, project));
      const views = allowed.map(entryView);
      // The id comes with the last one: who has it has all of them.
      return views
        .map(({ type, ...data }, index) =>
          renderEvent(type, data, index === views.length - 1 ? { epoch, position } : null),
        )
        .join('');
    });
    this.sink.write(text.join(''));
  }

  private waitForSocket(): void {
    const { flushMs, maxBlockedMs } = this.limits;
    this.blocked += 1;
    if (this.blocked * flushMs > maxBlockedMs) this.giveUp('too-slow');
    else this.timer = setTimeout(() => this.flush(), flushMs);
  }

  private giveUp(reason: ResyncReason): void {
    this.resync(reason, this.place);
    this.close();
  }
}

import { feedBounds, feedPage, isBefore, type FeedEntry, type FeedPosition } from '../../db/queries/feed';
import { createSessions, type Sessions } from '../auth/sessions';
import type { ApiDeps } from '../deps';
import type { Principal } from '../http/access';
import { Problem, problem } from '../http/problem';
import { reaches } from '../resources/authority';
import { formatPlace, parsePlace, type Place } from './position';
import { FeedReader, type ReaderOptions } from './reader';
import { entryView } from './render';
import { Subscription, type ResyncReason, type Sink, type SubscriptionOptions } from './subscription';

type Deps = Pick<ApiDeps, 'database' | 'clock' | 'directory' | 'blindIndex' | 'tokens' | 'logger'>;

export interface FeedOptions extends ReaderOptions, SubscriptionOptions {
  readonly beatMs?: number;
  /** How often open streams are asked whether their key still holds. Milliseconds. */
  readonly recheckMs?: number;
  /** Open streams of one key. */
  readonly maxPerKey?: number;
}

/** The stream of changes of one API process. It works while somebody listens; `stop` says bye to all of them. */
export class Feed {
  private readonly subscriptions = new Set<Subscription>();
  /** Those that are told what comes; the others are still being told what they missed. */
  private readonly live = new Set<Subscription>();
  private readonly reader: FeedReader;
  private readonly sessions: Sessions;
  private timers: NodeJS.Timeout[] = [];
  private stopped = false;
  /** Clients that listen or are about to. Without any the reader rests. */
  private needed = 0;

  constructor(
    private readonly deps: Deps,
    private readonly options: FeedOptions = {},
  ) {
    this.sessions = createSessions(deps);
    this.reader = new FeedReader(
      deps,
      {
        onEntries: (entries, place) => this.live.forEach((each) => each.offer(entries, place)),
        onMoved: (place) => this.subscriptions.forEach((each) => each.resync('database-changed', place)),
      },
      options,
    );
  }

  get size(): number {
    return this.subscriptions.size;
  }

  /** How old what was handed out may be; 0 while nobody listens. Milliseconds. */
  lagMs(): Promise<number> {
    return this.reader.lagMs();
  }

  /**
   * One client more.
   * @param open called once he is admitted: begins the answer.
   * @param lastId of the event that he has; null for somebody new.
   * @throws Problem rate-limited; what the database threw. Both before `open`.
   */
  async join(principal: Principal, lastId: string | null, signal: AbortSignal, open: () => Sink): Promise<void> {
    this.admit(principal);
    this.needed += 1;
    try {
      const now = await this.reader.start();
      const from = lastId === null ? { place: now } : await this.resume(lastId, now);
      if (signal.aborted) return;
      // Again, for many may have asked at once.
      this.admit(principal);
      const subscription = new Subscription(principal, from.place, open(), this.options);
      this.add(subscription, signal);
      subscription.hello({ epoch: now.epoch, serverTime: this.deps.clock.now(), beatMs: this.beatMs });
      if (this.stopped) subscription.bye('shutdown');
      if (from.resync) subscription.resync(from.resync, from.place);
      await this.catchUp(subscription);
    } finally {
      void this.release();
    }
  }

  /** The same as a question, for those between whom and us a proxy keeps answers back. */
  async changes(principal: Principal, after: string | null, limit: number) {
    const { db } = this.deps.database;
    const { epoch, newest } = await feedBounds(db);
    const now: Place = { epoch, position: newest };
    const from = after === null ? { place: now } : await this.resume(after, now);
    const entries = from.resync ? [] : await feedPage(db, from.place.position, limit);
    const last = entries.at(-1);
    const place: Place = last ? { epoch, position: { xid: last.xid, n: last.n } } : from.place;
    return {
      items: entries.filter(({ project }) => reaches(principal.projects, project)).map(entryView),
      next: formatPlace(place),
      more: entries.length === limit,
      resync: from.resync ?? null,
    };
  }

  /** Says bye to everybody; nobody is taken on any more. */
  async stop(): Promise<void> {
    this.stopped = true;
    for (const each of [...this.subscriptions]) each.bye('shutdown');
    this.stopTimers();
    await this.reader.stop();
  }

  private get beatMs(): number {
    return this.options.beatMs ?? 5_000;
  }

  private admit({ keyId }: Principal): void {
    const open = [...this.subscriptions].filter(({ principal }) => principal.keyId === keyId).length;
    if (open < (this.options.maxPerKey ?? 20)) return;
    throw problem('rate-limited', { scope: 'principal', seconds: 30 }, { headers: { 'Retry-After': '30' } });
  }

  /** From where a client can go on, or that he cannot. */
  private async resume(lastId: string, now: Place): Promise<{ place: Place; resync?: ResyncReason }> {
    const asked = parsePlace(lastId);
    if (!asked || asked.epoch !== now.epoch) return { place: now, resync: 'unknown-position' };
    const { epoch, oldest, newest } = await feedBounds(this.deps.database.db);
    if (epoch !== now.epoch || isBefore(newest, asked.position)) return { place: now, resync: 'unknown-position' };
    if (oldest && isBefore(asked.position, oldest)) return { place: now, resync: 'too-old' };
    return { place: asked };
  }

  private add(subscription: Subscription, signal: AbortSignal): void {
    this.subscriptions.add(subscription);
    this.needed += 1;
    if (this.timers.length === 0) {
      this.timers = [
        setInterval(() => void this.beat(), this.beatMs),
        setInterval(() => void this.recheck(), this.options.recheckMs ?? 10_000),
      ];
    }
    signal.addEventListener('abort', () => {
      subscription.close();
      this.subscriptions.delete(subscription);
      this.live.delete(subscription);
      void this.release();
    });
  }

  /** What he missed, until he is where the reader is; from then on he is told with all others. */
  private async catchUp(subscription: Subscription): Promise<void> {
    const pageSize = this.options.pageSize ?? 1_000;
    try {
      for (;;) {
        const reached = this.reader.place;
        if (subscription.isClosed || reached === null) return;
        if (reached.epoch !== subscription.at.epoch) subscription.resync('database-changed', reached);
        if (!isBefore(subscription.at.position, reached.position)) break;
        const entries = await feedPage(this.deps.database.db, subscription.at.position, pageSize);
        const position = lastOf(entries) ?? reached.position;
        subscription.offer(entries, { epoch: reached.epoch, position });
      }
      this.live.add(subscription);
    } catch (error) {
      this.deps.logger.warn({ error }, 'a stream ended while it was catching up');
      subscription.close();
    }
  }

  private async beat(): Promise<void> {
    const lagMs = await this.lagMs();
    for (const each of this.live) each.beat({ serverTime: this.deps.clock.now(), lagMs });
  }

  /** Rights may have been taken or given since. What can't be asked now is asked next time. */
  private async recheck(): Promise<void> {
    for (const each of [...this.subscriptions]) {
      try {
        const known = await this.sessions.again(each.principal);
        if (known === null || typeof known === 'string') each.bye('revoked');
        else each.principal = known;
      } catch (error) {
        if (error instanceof Problem && error.code === 'role-unclear') each.bye('revoked');
      }
    }
  }

  private async release(): Promise<void> {
    this.needed -= 1;
    if (this.needed > 0) return;
    this.stopTimers();
    await this.reader.stop();
  }

  private stopTimers(): void {
    for (const timer of this.timers) clearInterval(timer);
    this.timers = [];
  }
}

function lastOf(entries: readonly FeedEntry[]): FeedPosition | null {
  const last = entries.at(-1);
  return last ? { xid: last.xid, n: last.n } : null;
}

import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { databaseCode } from '../../db/database';
import { oldestAfter } from '../../db/queries/api-feed';
import { FEED_CHANNEL, feedBounds, feedPage, isBefore, type FeedEntry } from '../../db/queries/feed';
import type { ApiDeps } from '../deps';
import type { Place } from './position';

export interface ReaderOptions {
  /** How often to look without being woken. Milliseconds. */
  readonly pollMs?: number;
  readonly pageSize?: number;
}

export interface ReaderEvents {
  /** In order, each once. */
  readonly onEntries: (entries: readonly FeedEntry[], place: Place) => void;
  /** The database is another one, or was set back: what was told before means nothing now. */
  readonly onMoved: (place: Place) => void;
}

/** A burst of notifications is read at once. */
const GATHER_MS = 25;
const LISTEN_AGAIN_MS = 1_000;

/**
 * Reads the change feed for everybody in this process, from now on. Woken by NOTIFY on a connection of its own, else by
 * the clock on the wall: a lost notification costs a second. Survives a database that goes away.
 */
export class FeedReader {
  private running: AbortController | null = null;
  private work: Promise<void> = Promise.resolve();
  private known: Place | null = null;
  private readAt = 0;
  private isDown = false;
  private listener: Client | null = null;
  private mayListen = true;
  private wake: () => void = () => undefined;
  private isWoken = false;

  constructor(
    private readonly deps: Pick<ApiDeps, 'database' | 'clock' | 'logger'>,
    private readonly events: ReaderEvents,
    private readonly options: ReaderOptions = {},
  ) {}

  /** Up to where everything was handed out; null before the first look. */
  get place(): Place | null {
    return this.known;
  }

  /** Begins, unless it has. @returns where. @throws what the database threw. */
  async start(): Promise<Place> {
    if (!this.running) {
      this.running = new AbortController();
      const { signal } = this.running;
      this.work = this.work.then(() => this.run(signal));
    }
    return this.known ?? this.begin();
  }

  async stop(): Promise<void> {
    this.running?.abort();
    this.running = null;
    this.known = null;
    this.isWoken = true;
    this.wake();
    await this.work;
  }

  /** How old what was handed out may be: since the last look, or since the oldest entry that is held back. */
  async lagMs(): Promise<number> {
    const { clock, database } = this.deps;
    if (!this.known) return 0;
    const isDown = this.isDown;
    const waiting = isDown ? null : await oldestAfter(database.db, this.known.position).catch(() => null);
    const since = isDown ? this.readAt : (waiting ?? clock.now());
    return Math.max(clock.now() - since, 0);
  }

  private async begin(): Promise<Place> {
    const { epoch, newest } = await feedBounds(this.deps.database.db);
    this.readAt = this.deps.clock.now();
    return (this.known ??= { epoch, position: newest });
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const isMore = await this.read(signal).catch((error: unknown) => this.failed(error));
      if (!isMore && !signal.aborted) await this.pause();
    }
    this.unlisten();
  }

  /** @returns whether there is more at once. */
  private async read(signal: AbortSignal): Promise<boolean> {
    void this.listen(signal);
    const { db } = this.deps.database;
    const { pageSize = 1_000 } = this.options;
    if (this.isDown && this.known) await this.lookAgain(this.known);
    const from = this.known ?? (await this.begin());
    const entries = await feedPage(db, from.position, pageSize);
    this.readAt = this.deps.clock.now();
    this.isDown = false;
    const last = entries.at(-1);
    if (!last || signal.aborted || this.known !== from) return false;
    this.known = { ...from, position: { xid: last.xid, n: last.n } };
    this.events.onEntries(entries, this.known);
    return entries.length === pageSize;
  }

  /** After an outage: is it the same database, and not an older state of it? */
  private async lookAgain(known: Place): Promise<void> {
    const { epoch, newest } = await feedBounds(this.deps.database.db);
    this.deps.logger.info('the change feed is read again');
    if (epoch === known.epoch && !isBefore(newest, known.position)) return;
    this.known = { epoch, position: newest };
    this.events.onMoved(this.known);
  }

  private failed(error: unknown): boolean {
    if (!this.isDown) this.deps.logger.warn({ code: databaseCode(error) }, 'the change feed cannot be read');
    this.isDown = true;
    return false;
  }

  private async pause(): Promise<void> {
    await sleep(GATHER_MS);
    if (!this.isWoken) {
      const woken = new Promise<void>((resolve) => {
        this.wake = resolve;
      });
      const timer = setTimeout(() => this.wake(), this.options.pollMs ?? 1_000);
      await woken;
      clearTimeout(timer);
    }
    this.isWoken = false;
  }

  /** Without a listener the feed is read each second; so a failure here is no failure. */
  private async listen(signal: AbortSignal): Promise<void> {
    if (this.listener || !this.mayListen) return;
    this.mayListen = false;
    setTimeout(() => {
      this.mayListen = true;
    }, LISTEN_AGAIN_MS).unref();
    const client = new Client(this.deps.database.pool.options);
    this.listener = client;
    const lost = (): void => {
      if (this.listener === client) this.listener = null;
    };
    client.on('error', lost).on('end', lost);
    client.on('notification', () => {
      this.isWoken = true;
      this.wake();
    });
    try {
      await client.connect();
      await client.query(`listen ${FEED_CHANNEL}`);
      if (signal.aborted) await client.end();
    } catch {
      lost();
      await client.end().catch(() => undefined);
    }
  }

  private unlisten(): void {
    const client = this.listener;
    this.listener = null;
    void client?.end().catch(() => undefined);
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely, PostgresDialect } from 'kysely';
import { feedBounds, feedPage, type FeedPosition } from '../../db/queries/feed';
import type { Database } from '../../db/schema';
import type { Place } from './place';

const EVERY_MS = 20;
const PAGE = 1_000;

/** Reads the change feed as another process would, and notes how long after its event each change could be seen. */
export class FeedWatch {
  private readonly lag: number[] = [];
  private stopped = false;
  private readonly watching: Promise<void>;

  private constructor(
    private readonly db: Kysely<Database>,
    from: FeedPosition,
  ) {
    this.watching = this.watch(from);
  }

  static async start({ pool }: Place): Promise<FeedWatch> {
    const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
    const { newest } = await feedBounds(db);
    return new FeedWatch(db, newest);
  }

  /** @returns milliseconds from each event to when it could be read. */
  async stop(): Promise<number[]> {
    this.stopped = true;
    await this.watching;
    return this.lag;
  }

  private async watch(from: FeedPosition): Promise<void> {
    let position = from;
    while (!this.stopped) {
      const entries = await feedPage(this.db, position, PAGE);
      const now = Date.now();
      for (const { kind, at } of entries) if (kind === 'case') this.lag.push(now - Number(at));
      position = entries.at(-1) ?? position;
      await sleep(EVERY_MS);
    }
  }
}

import { sql } from 'kysely';
import { FEED_CHANNEL } from '../../../db/queries/feed';
import { KEYS, LAKE, type Caller } from './company';
import { EventReader } from './sse';
import { until, type Json, type Office } from './support';

export interface Row {
  readonly no: string;
  readonly project?: string;
  readonly seq?: number;
  readonly fence?: number | null;
  readonly kind?: 'case' | 'obligation' | 'notice';
}

/** Listening to an office's stream and writing what it tells of. */
export class StreamTools {
  private readonly open: EventReader[] = [];

  constructor(private readonly office: Office) {}

  async listen(as: Caller | { readonly key: string }, lastId?: string, query?: string): Promise<EventReader> {
    const key = typeof as === 'string' ? KEYS[as] : as.key;
    const reader = await EventReader.open(this.office.url, key, { lastId, query });
    this.open.push(reader);
    if (reader.status === 200) await reader.next('hello');
    return reader;
  }

  change(...rows: Row[]): Promise<void> {
    return this.changeOn(this.office.deps.database.db, rows);
  }

  async changeOn(db: Office['deps']['database']['db'], rows: readonly Row[], notify = true): Promise<void> {
    for (const { no, project = LAKE, seq = 1, fence = 1, kind = 'case' } of rows) {
      await sql`insert into change_feed (project, case_no, seq, fence, kind, at)
        values (${project}, ${no}, ${seq}, ${fence}, ${kind}, to_timestamp(${this.office.now / 1000}))`.execute(db);
    }
    if (notify) await sql`select pg_notify(${FEED_CHANNEL}, '')`.execute(db);
  }

  /** The same as a question. */
  async changes(as: Caller, after?: string, query = ''): Promise<Json> {
    const asked = `${after === undefined ? '' : `after=${after}&`}${query}`;
    return (await this.office.call(as, 'GET', `/api/v1/changes?${asked}`)).body;
  }

  async closeAll(): Promise<void> {
    for (const each of this.open.splice(0)) each.close();
    await until(() => this.office.feed.size === 0);
  }
}

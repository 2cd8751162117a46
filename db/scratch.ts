import { sql, type Kysely } from 'kysely';
import type { Logger } from '../common/logger';
import { createDatabase, type DatabaseHandle } from './database';
import { DERIVED, rowDifferences, type RowDifference } from './queries/derived';
import type { Database } from './schema';

/** What writing a journal touches besides the derived tables. */
const BESIDE = ['vault_key', 'vault_text', 'change_feed', 'erasure', 'notification', 'file'];
const TABLES = [...DERIVED.map(({ table }) => table), ...BESIDE];
const STATEMENT_TIMEOUT_MS = 120_000;

/**
 * A second read model beside the live one, empty at first: temporary tables of one connection. They hide the live ones
 * from whatever writes through this handle, nobody else sees them, and they are gone with the connection, also after
 * `kill -9`. Needs no right to create anything but temporary tables.
 */
export class Scratch {
  private constructor(
    readonly handle: DatabaseHandle,
    private readonly liveSchema: string,
  ) {}

  static async open(url: string, logger: Logger): Promise<Scratch> {
    const handle = createDatabase(onlyTemporary(url), {
      logger,
      // The tables belong to this one connection. Another one would see none, and fail: it can't reach the live ones.
      ...{ poolSize: 1, idleTimeoutMs: 0, statementTimeoutMs: STATEMENT_TIMEOUT_MS },
      applicationName: 'guanjia-rebuild',
    });
    try {
      const liveSchema = await schemaOf(handle.db);
      for (const table of TABLES) {
        await sql`create temporary table ${sql.table(table)}
          (like ${sql.table(`${liveSchema}.${table}`)} including defaults including indexes)`.execute(handle.db);
      }
      return new Scratch(handle, liveSchema);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** In which rows the live read model differs from this one, of some cases. */
  differences(nos: readonly string[]): Promise<RowDifference[]> {
    return rowDifferences(this.handle.db, { live: this.liveSchema, rebuilt: 'pg_temp' }, nos);
  }

  /** Takes over all that the live read model has of a case. */
  async copyLive(no: string): Promise<void> {
    for (const { table, no: column } of DERIVED) {
      await sql`insert into ${sql.table(table)} select * from ${sql.table(`${this.liveSchema}.${table}`)}
        where ${sql.ref(column)} = ${no}`.execute(this.handle.db);
    }
  }

  /** Empties it again. Whoever was erased stays erased in what is folded anew. */
  async clear(): Promise<void> {
    await sql`truncate ${sql.join(TABLES.map((table) => sql.table(table)))}`.execute(this.handle.db);
    await sql`insert into erasure select * from ${sql.table(`${this.liveSchema}.erasure`)}`.execute(this.handle.db);
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

/** The same database for connections that find temporary tables only. */
function onlyTemporary(url: string): string {
  const changed = new URL(url);
  const options = changed.searchParams.get('options');
  changed.searchParams.set('options', `${options ? `${options} ` : ''}-c search_path=pg_temp`);
  return changed.href;
}

async function schemaOf(db: Kysely<Database>): Promise<string> {
  const { rows } = await sql<{ schema: string }>`
    select table_schema as schema from information_schema.tables
    where table_name = 'projection_finding' order by table_schema`.execute(db);
  const [found] = rows;
  if (!found || rows.length > 1) throw new Error(`the read model is in ${rows.length} schemas; it must be in one`);
  return found.schema;
}

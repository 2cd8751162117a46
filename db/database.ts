import { Kysely, PostgresDialect } from 'kysely';
import { DatabaseError, Pool, types, type PoolClient } from 'pg';
import type { Logger } from '../common/logger';
import { inSpan } from '../common/telemetry';
import type { Database } from './schema';

export interface DatabaseOptions {
  readonly logger: Logger;
  /** Most connections at once. */
  readonly poolSize?: number;
  /** How long to wait for a free or a new connection, ms. */
  readonly connectTimeoutMs?: number;
  /** How long one statement may run, ms. The client gives up a second later, should the server be frozen. */
  readonly statementTimeoutMs?: number;
  /** How long a statement may wait for a lock, ms. */
  readonly lockTimeoutMs?: number;
  /** How long a connection that nobody uses is kept, ms; 0 keeps it. */
  readonly idleTimeoutMs?: number;
  /** Shown in pg_stat_activity. */
  readonly applicationName?: string;
}

export interface DatabaseHandle {
  readonly db: Kysely<Database>;
  /** For what needs a prepared statement or a listener. */
  readonly pool: Pool;
  /** Waits for running queries. */
  close(): Promise<void>;
}

/** A process that is frozen inside a transaction must not keep its locks: the server ends it after this. */
const IDLE_IN_TRANSACTION_MS = 5_000;
const CLIENT_GRACE_MS = 1_000;

/** Connects when first used. `url` is a PostgreSQL connection string. */
export function createDatabase(url: string, options: DatabaseOptions): DatabaseHandle {
  const {
    logger,
    poolSize = 10,
    connectTimeoutMs = 3_000,
    statementTimeoutMs = 10_000,
    lockTimeoutMs = 5_000,
    idleTimeoutMs = 10_000,
  } = options;
  const pool = new Pool({
    connectionString: url,
    max: poolSize,
    connectionTimeoutMillis: connectTimeoutMs,
    idleTimeoutMillis: idleTimeoutMs,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs === 0 ? undefined : statementTimeoutMs + CLIENT_GRACE_MS,
    lock_timeout: lockTimeoutMs,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    application_name: options.applicationName ?? 'guanjia',
    keepAlive: true,
    types: { getTypeParser },
  });
  // A server that stops tells so to its connections; without a listener that ends the process. The pool listens to
  // the idle ones alone; one that is lost between two statements of a transaction fails with the next of them.
  pool.on('error', (error) => logger.warn({ code: databaseCode(error) }, 'an idle database connection was lost'));
  pool.on('connect', (client) => client.on('error', () => undefined));
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
  return { db, pool, close: () => db.destroy() };
}

const INT8 = 20;
const DATE = 1082;

/** int8 as number, local dates as `YYYY-MM-DD`; everything else as pg does by default. */
function getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  if (oid === INT8) return safeInteger;
  if (oid === DATE) return (text) => text;
  return types.getTypeParser(oid, format) as (value: string) => unknown;
}

function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`int8 ${text} does not fit a number`);
  return value;
}

/**
 * A migration has changed the type of what a prepared statement returns (PostgreSQL: "cached plan must not change
 * result type"). The connection will say so for ever; a new one prepares it anew.
 */
const STALE_PLAN = '0A000';

/**
 * Runs `work` in a transaction on one plain connection, for what Kysely can't do (prepared statements). It is run again
 * on another connection when one of its statements was prepared before a migration.
 * @param begin `begin`, and settings for this transaction alone.
 * @throws what `work` or the commit throws; nothing is written then.
 */
export async function transact<T>(pool: Pool, begin: string, work: (client: PoolClient) => Promise<T>): Promise<T> {
  return inSpan({ name: 'sql transaction', kind: 'client', attributes: { 'db.system': 'postgresql' } }, async () => {
    // Each that is stale is thrown away, and there are no more than that.
    for (let stale = 0; ; stale += 1) {
      const client = await pool.connect();
      try {
        return await transactOn(client, begin, work);
      } catch (error) {
        if (databaseCode(error) !== STALE_PLAN || stale >= pool.options.max) throw error;
      }
    }
  });
}

/** Gives the connection back, or ends it. */
async function transactOn<T>(client: PoolClient, begin: string, work: (client: PoolClient) => Promise<T>): Promise<T> {
  let broken = false;
  try {
    await client.query(begin);
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    // Only the server's own errors leave the connection in a known state; any other one is thrown away.
    broken = !(error instanceof DatabaseError) || databaseCode(error) === STALE_PLAN || !(await rolledBack(client));
    throw error;
  } finally {
    client.release(broken);
  }
}

async function rolledBack(client: PoolClient): Promise<boolean> {
  return client.query('rollback').then(
    () => true,
    () => false,
  );
}

/** SQLSTATE, or Node's code of a connection error; null for anything else. */
export function databaseCode(error: unknown): string | null {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : null;
}

/** Data that can never be stored (22xxx) or breaks a constraint (23xxx): repeating it changes nothing. */
export function isPermanentData(error: unknown): boolean {
  return error instanceof DatabaseError && /^2[23]/.test(error.code ?? '');
}

/** It gives no answer, whether it is reached or not. */
export class DatabaseAwayError extends Error {
  override readonly name = 'DatabaseAwayError';
  constructor() {
    super('the database does not answer');
  }
}

/** Connection lost (08), deadlock (40), resources (53), locks (55), shutdown (57), idle in transaction, read-only. */
const TRANSIENT_STATE = /^(08|40|53|55|57|25P03|25006)/;
const TRANSIENT_CODE = /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ENOENT)/;
/** pg, its pool and Kysely give these no code. */
const TRANSIENT_MESSAGE =
  /connection terminated|timeout exceeded|read timeout|connection error|not queryable|pool after calling end|already been destroyed/i;

/** Whether the same statement may well succeed later, without anybody changing the data. */
export function isTransient(error: unknown): boolean {
  if (error instanceof DatabaseAwayError) return true;
  const code = databaseCode(error) ?? '';
  if (error instanceof DatabaseError) return TRANSIENT_STATE.test(code);
  const message = (error as { message?: unknown } | null)?.message;
  return TRANSIENT_CODE.test(code) || (typeof message === 'string' && TRANSIENT_MESSAGE.test(message));
}

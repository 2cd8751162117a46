import { DatabaseError } from 'pg';
import { until } from '../../stack/until';
import type { Fault, Scene } from './fault';
import { mountHindrance, SmallDisk } from './harness/small-disk';
import { victimsOf, type Victim } from './harness/topology';
import { connected, withoutIt } from './postgres';

/** Seconds in which no row finds room, but the log of what was done still does. */
const WITHOUT_ROOM = 10;
const GIVES_UP_WITHIN_MS = 20_000;
/** SQLSTATE of a full disk. */
const DISK_FULL = '53100';

let disk: SmallDisk | null = null;

/**
 * What an operator sees of a disk that runs full: first every insert fails, then the write-ahead log can't go on and
 * PostgreSQL gives up; it does not come back before there is room.
 */
export const diskFull: Fault = {
  name: 'postgres-disk-full',
  title: `the disk of PostgreSQL full: ${WITHOUT_ROOM} s without room for rows, then none for its log, so that it ends`,
  ...{ group: 'postgres', inCi: false, during: 8, grace: 90, down: ['postgres'] },
  hindrance: mountHindrance,
  inject: async (scene) => {
    const [postgres] = victimsOf(scene.topology, 'postgres');
    const folder = await setting(scene, 'data_directory');
    await postgres.terminate();
    disk = await SmallDisk.under(folder);
    await postgres.start();
    await scene.wait(1);
    await disk.fill();
    await expectNoRoom(scene);
    await scene.wait(WITHOUT_ROOM);
    postgres.mayFall();
    await disk.fill();
    if (!(await until(() => endsWithoutLog(scene, postgres), GIVES_UP_WITHIN_MS))) {
      throw new Error('PostgreSQL found room for its log');
    }
  },
  heal: async ({ topology }) => {
    const [postgres] = victimsOf(topology, 'postgres');
    await disk?.clear();
    await postgres.start();
    await postgres.terminate();
    await disk?.remove();
    disk = null;
    await postgres.start();
  },
  demands: withoutIt,
};

/** Gives up the rest of a file of the log; when the last one that lay ready is given up, there is room for no other. */
async function endsWithoutLog(scene: Scene, postgres: Victim): Promise<boolean> {
  await query(scene, `select pg_logical_emit_message(true, 'full', ''), pg_switch_wal()`).catch(() => undefined);
  return !postgres.alive();
}

/** @throws Error when the fault hits nothing. */
async function expectNoRoom(scene: Scene): Promise<void> {
  const refusal = await query(scene, 'create table no_room as select generate_series(1, 10000)').then(
    () => null,
    (error: unknown) => error,
  );
  if (refusal instanceof DatabaseError && refusal.code === DISK_FULL) return;
  throw new Error('PostgreSQL still has room', { cause: refusal });
}

async function setting(scene: Scene, name: string): Promise<string> {
  const [row] = await query(scene, `select current_setting('${name}') as value`);
  return String(row?.value);
}

async function query({ topology }: Scene, text: string): Promise<Record<string, unknown>[]> {
  const client = await connected(topology.databaseUrl);
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

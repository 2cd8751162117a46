import { Client } from 'pg';
import { until } from '../../stack/until';
import type { Fault, Scene } from './fault';
import type { ClientLog, Entry } from './harness/log';
import { victimsOf, type Topology } from './harness/topology';
import { all, freezing, killing } from './kill';

const FLAPS = 3;
const FLAP_SECONDS = 5;
/** What an API adds to a command at the most while the database does not answer: two looks of a second. Milliseconds. */
const SLOWEST_COMMAND = 8_000;

/** Faults of PostgreSQL: readers wait, commands are accepted by Temporal alone and are written down later. */
export const postgresFaults: readonly Fault[] = [
  {
    name: 'postgres-kill',
    title: 'kill -9 of PostgreSQL with all its backends, down for 5 s',
    ...{ group: 'postgres', inCi: true, during: 5, grace: 90, down: ['postgres'] },
    ...killing(all('postgres')),
    demands: withoutIt,
  },
  {
    name: 'postgres-freeze',
    title: 'PostgreSQL frozen for 30 s with all its backends, then continued',
    ...{ group: 'postgres', inCi: false, during: 30, grace: 90, down: ['postgres'] },
    ...freezing(all('postgres')),
    demands: withoutIt,
  },
  {
    name: 'postgres-flapping',
    title: `PostgreSQL killed and started again every ${FLAP_SECONDS} s, ${FLAPS} times`,
    ...{ group: 'postgres', inCi: false, during: 0, grace: 90 },
    inject: async ({ topology, wait }) => {
      const [postgres] = victimsOf(topology, 'postgres');
      for (let flap = 0; flap < FLAPS; flap += 1) {
        await postgres.kill9();
        await wait(FLAP_SECONDS / 2);
        await postgres.start();
        await wait(FLAP_SECONDS / 2);
      }
    },
    heal: () => Promise.resolve(),
    demands: withoutIt,
  },
  {
    name: 'postgres-connections',
    title: 'all connections of PostgreSQL taken by others for 20 s, those of the product ended',
    ...{ group: 'postgres', inCi: false, during: 20, grace: 90 },
    ...holding(takeConnections),
    demands: commandsGoThrough,
  },
  {
    name: 'postgres-lock',
    title: 'the case table locked for 30 s by another session',
    ...{ group: 'postgres', inCi: false, during: 30, grace: 90 },
    ...holding(async (databaseUrl) => {
      const client = await connected(databaseUrl);
      await client.query('begin');
      await client.query('lock table "case" in access exclusive mode');
      return [client];
    }),
    demands: commandsGoThrough,
  },
];

/** Of a server that is away: where Temporal lives on it too, commands come through when it is back. */
export function withoutIt(log: ClientLog, { name }: Topology): string[] {
  return name === 'cluster' ? allAccepted(log) : commandsGoThrough(log);
}

function allAccepted(log: ClientLog): string[] {
  return commandsOf(log).flatMap(({ entry, accepted }) => (accepted ? [] : [inWords(entry)]));
}

/** A database that is away delays readers, never commands. */
function commandsGoThrough(log: ClientLog): string[] {
  return commandsOf(log).flatMap(({ entry, accepted }) => {
    return accepted && tookOf(entry) <= SLOWEST_COMMAND ? [] : [inWords(entry)];
  });
}

/** All that is to be accepted, and whether it was. What comes to a case that is being closed may well be refused. */
function commandsOf({ entries }: ClientLog): { entry: Entry; accepted: boolean }[] {
  const closing = new Map(entries.filter(({ name }) => name === 'close').map(({ no, plannedAt }) => [no, plannedAt]));
  return entries.flatMap((entry) => {
    const { name, no, outcome, code, answeredAt } = entry;
    if (name === 'unmask') return [];
    const late = code === 'case-closed' && (closing.get(no) ?? Number.POSITIVE_INFINITY) <= (answeredAt ?? 0);
    return [{ entry, accepted: outcome === 'accepted' || late }];
  });
}

function tookOf({ plannedAt, answeredAt }: Entry): number {
  return (answeredAt ?? Number.POSITIVE_INFINITY) - plannedAt;
}

function inWords(entry: Entry): string {
  const { no, name, key, outcome, code } = entry;
  return `${no ?? 'a start'} ${name} (${key}): ${outcome} ${code ?? ''} after ${Math.round(tookOf(entry))} ms`;
}

/** Sessions that are kept until the fault is healed. */
function holding(take: (databaseUrl: string) => Promise<Client[]>): Pick<Fault, 'inject' | 'heal'> {
  let held: Client[] = [];
  return {
    inject: async ({ topology }: Scene) => {
      held = await take(topology.databaseUrl);
    },
    heal: async () => {
      await Promise.all(held.map((client) => client.end()));
      held = [];
    },
  };
}

/** Takes what is free, ends the product's sessions, and takes theirs before they can come back. */
async function takeConnections(databaseUrl: string): Promise<Client[]> {
  const held = [await connected(databaseUrl)];
  const [first] = held;
  const taken = await until(async () => {
    for (;;) {
      const next = await connected(databaseUrl).catch(() => null);
      if (!next) break;
      held.push(next);
    }
    const { rows } = await first!.query<{ count: string }>(
      `select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name like 'guanjia-%'`,
    );
    return Number(rows[0]?.count) === 0;
  }, 10_000);
  if (!taken) throw new Error('the product kept a connection');
  return held;
}

export async function connected(connectionString: string): Promise<Client> {
  const client = new Client({ connectionString, application_name: 'somebody-else' });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

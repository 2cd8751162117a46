import { Client } from 'pg';
import { SECOND } from '../../../domain/instant';
import { until } from '../../../stack/until';
import type { Fault, Scene } from '../fault';
import { abreast, openCalm, promiseWish, withdrawAll } from './cases';

/** How late what was due at one instant came. Milliseconds. */
export interface Lateness {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** A promise takes about as long as an opening; half of its time later its keeper is warned, while others are made. */
const MARGIN = 2;
const AT_LEAST = 15 * SECOND;
const ALL_WRITTEN_WITHIN = 600 * SECOND;
const ALL_MISSED_WITHIN = 900 * SECOND;

/** Promises of so many cases, so many of each, that all fall due in one second. */
export function dueAtOnce(
  name: string,
  { cases, each, inCi }: { readonly cases: number; readonly each: number; readonly inCi: boolean },
): Fault {
  const count = cases * each;
  let numbers: string[] = [];
  let promised = 0;
  let seen: Lateness | null = null;
  return {
    name,
    title:
      `${count.toLocaleString('en')} promises due in the same second` +
      (each === 1 ? '' : `, ${each} of each of ${cases.toLocaleString('en')} cases`),
    ...{ group: 'load', inCi, during: 0, grace: 300 },
    load: { casesPerSecond: 0, notesPerSecond: 0, unmasksPerSecond: 0, timeoutMs: 30_000 },
    inject: async (scene) => {
      const begun = performance.now();
      numbers = await openCalm(scene, cases);
      // A start is answered before a worker has seen it.
      const written = await asking(scene, (client) =>
        until(() => areWritten(client, numbers), ALL_WRITTEN_WITHIN, SECOND),
      );
      if (!written)
        throw new Error(`not all of ${numbers.length} cases were written in ${ALL_WRITTEN_WITHIN / 1000} s`);
      const placing = Math.max(AT_LEAST, MARGIN * each * (performance.now() - begun));
      const dueAt = Math.ceil((Date.now() + placing) / SECOND) * SECOND;
      // One of each case after the other: those of one case don't wait for each other.
      const promises = await abreast(numbers.length * each, (index) =>
        scene.client.send(promiseWish(numbers[index % numbers.length] ?? '', dueAt)),
      );
      promised = promises.filter(({ outcome }) => outcome === 'accepted').length;
      seen = await latenessOf(scene, dueAt, promised);
    },
    heal: (scene) => withdrawAll(scene, numbers),
    figures: () => seen && inWords(seen),
    demands: () => [
      ...(promised === count ? [] : [`${promised} of ${count} promises were accepted`]),
      ...(seen?.count === promised ? [] : [`${seen?.count ?? 0} of ${promised} broken promises are known`]),
    ],
  };
}

export function inWords({ p50, p99, max }: Lateness): string {
  return `lateness p50 ${p50} ms, p99 ${p99} ms, at the most ${max} ms`;
}

/** Waits until as many promises are broken. Reads what the engine itself says of its timers. */
function latenessOf(scene: Scene, dueAt: number, count: number): Promise<Lateness | null> {
  return asking(scene, (client) =>
    until(
      async () => {
        const { rows } = await client.query<Lateness>(LATENESS, [new Date(dueAt)]);
        return rows[0]?.count === count && rows[0];
      },
      ALL_MISSED_WITHIN,
      SECOND,
    ),
  );
}

async function areWritten(client: Client, numbers: readonly string[]): Promise<boolean> {
  const { rows } = await client.query<{ count: number }>(WRITTEN, [numbers]);
  return rows[0]?.count === numbers.length;
}

async function asking<T>({ topology }: Scene, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: topology.databaseUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const WRITTEN = `select count(*)::int as count from "case" where no = any ($1)`;

const LATENESS = `
  with late as (
    select extract(epoch from fired_at - planned_at) * 1000 as ms from timer_fact
     where purpose = 'miss' and planned_at = $1 and obligation_id like 'promise:%'
  )
  select count(*)::int as count,
         round(percentile_cont(0.5) within group (order by ms))::int as p50,
         round(percentile_cont(0.99) within group (order by ms))::int as p99,
         round(max(ms))::int as max
    from late`;

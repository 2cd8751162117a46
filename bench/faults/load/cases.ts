import type { Scene } from '../fault';
import type { Entry, Wish } from '../harness/log';
import { openingWish } from '../harness/wishes';

/** Requests under way at once where as many as possible are wanted. */
const ABREAST = 24;

/** Opens a complaint whose own clocks are those of the policy, in hours: nothing comes by itself meanwhile. */
function calmWish(number: number): Wish {
  const wish = openingWish(number);
  return { ...wish, body: { ...(wish.body as object), subtype: 'lift' } };
}

/** @returns the numbers of the cases that were opened. */
export async function openCalm(scene: Scene, count: number): Promise<string[]> {
  const opened = await abreast(count, (index) => scene.client.send(calmWish(index)));
  return opened.flatMap(({ caseNo, outcome }) => (outcome === 'accepted' && caseNo !== null ? [caseNo] : []));
}

/** Ends cases that were opened for a fault, so that the next one does not find them. */
export async function withdrawAll({ client }: Scene, numbers: readonly string[]): Promise<void> {
  await abreast(numbers.length, (index) =>
    client.send({
      no: numbers[index] ?? '',
      name: 'withdraw',
      as: 'customer_service',
      body: { reason: '误报' },
    }),
  );
}

export function promiseWish(no: string, dueAt: number): Wish {
  const body = { text: '按时回电', dueAt: new Date(dueAt).toISOString() };
  return { no, name: 'promise', as: 'customer_service', body };
}

/** Does something so many times, some at once. @returns what came of each, in order. */
export async function abreast(count: number, work: (index: number) => Promise<Entry>): Promise<Entry[]> {
  const results: Entry[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) results[index] = await work(index);
  };
  await Promise.all(Array.from({ length: ABREAST }, lane));
  return results;
}

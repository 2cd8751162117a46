import { setTimeout as sleep } from 'node:timers/promises';

/** So many clients, each with its next piece of work as soon as the last is done. @returns how long each took, ms. */
export async function closedLoop(
  clients: number,
  count: number,
  work: (index: number) => Promise<void>,
): Promise<number[]> {
  const times: number[] = [];
  let next = 0;
  const client = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      times.push(await timed(() => work(index)));
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return times;
}

/**
 * The same at a given rate: who is late starts at once, and his time counts from when he should have started.
 * @returns how long each took, ms.
 */
export async function paced(
  clients: number,
  count: number,
  perSecond: number,
  work: (index: number) => Promise<void>,
): Promise<number[]> {
  const begun = performance.now();
  const times: number[] = [];
  await closedLoop(clients, count, async (index) => {
    const due = begun + (index * 1000) / perSecond;
    const early = due - performance.now();
    if (early > 0) await sleep(early);
    // That of a client who waited counts from when he was woken: the timer's own lateness is not what is measured.
    const from = early > 0 ? performance.now() : due;
    await work(index);
    times.push(performance.now() - from);
  });
  return times;
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

import {
  condition,
  defineSignal,
  defineUpdate,
  proxyLocalActivities,
  proxySinks,
  setHandler,
  sleep,
  type Sinks,
} from '@temporalio/workflow';
import type { FloorActivities } from './activities';

/** The least that Temporal lets the same be done with: what our own cases are measured against. */

const { writeRow } = proxyLocalActivities<FloorActivities>({ startToCloseTimeout: '5s' });

export type LatenessSinks = Sinks & { readonly lateness: { fired(ms: number): void } };
const { lateness } = proxySinks<LatenessSinks>();

export const step = defineUpdate<number, [number]>('step');
export const end = defineSignal('end');

/** M1: nothing. */
export async function empty(): Promise<void> {}

/** M2 (a): takes so many updates, each answered at once. */
export async function answersAtOnce(updates: number): Promise<void> {
  let done = 0;
  setHandler(step, (number) => {
    done += 1;
    return number;
  });
  await condition(() => done === updates);
}

/** M2 (b): each writes one row by a local activity first. */
export async function writesOneRow(updates: number): Promise<void> {
  let done = 0;
  setHandler(step, async (number) => {
    await writeRow(number);
    done += 1;
    return number;
  });
  await condition(() => done === updates);
}

/** M3: a timer, and how late it was. */
export async function sleeper(due: number): Promise<void> {
  await sleep(Math.max(1, due - Date.now()));
  lateness.fired(Date.now() - due);
}

/** M3, M5: waits for ever. */
export async function waits(): Promise<void> {
  let ended = false;
  setHandler(end, () => {
    ended = true;
  });
  await condition(() => ended);
}

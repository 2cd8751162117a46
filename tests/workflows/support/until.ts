import { setTimeout as pause } from 'node:timers/promises';

/** Between two looks, in real milliseconds. */
const LOOK_EVERY = 20;
const WITHIN = 50_000;

/**
 * Waits for a condition that comes true by itself.
 * @param what is said when it doesn't.
 * @returns what the condition gave that is neither false, null nor undefined.
 */
export async function until<R>(
  what: string,
  condition: () => Promise<R | false | null | undefined> | R | false | null | undefined,
  within = WITHIN,
): Promise<R> {
  const start = performance.now();
  for (;;) {
    const result = await condition();
    if (result !== false && result !== null && result !== undefined) return result;
    if (performance.now() - start > within) throw new Error(`not within ${within} ms: ${what}`);
    await pause(LOOK_EVERY);
  }
}

import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks `probe` every `everyMs` until it gives something truthy.
 * @returns that, or null when `timeoutMs` have passed.
 */
export async function until<T>(
  probe: () => T | Promise<T>,
  timeoutMs: number,
  everyMs = 25,
): Promise<Exclude<T, false | null | undefined> | null> {
  let expired = false;
  const timer = setTimeout(() => {
    expired = true;
  }, timeoutMs);
  try {
    for (;;) {
      const value = await probe();
      if (value) return value as Exclude<T, false | null | undefined>;
      if (expired) return null;
      await sleep(everyMs);
    }
  } finally {
    clearTimeout(timer);
  }
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { Instant } from '../domain/instant';

/** One that takes longer is not waited for any more: its connection may be lost. Milliseconds. */
const PATIENCE = 1_000;

/**
 * One lookup at a time for each key. Whoever asks while one is under way shares the next with all others who do, so
 * nobody gets an answer that is older than his question, and a thousand who ask in one second cost a few lookups.
 */
export class SharedLookup<T> {
  private readonly running = new Map<string, Promise<void>>();
  private readonly waiting = new Map<string, { at: Instant; readonly found: Promise<T> }>();

  /** @param look as of the latest instant that anybody of those who share it asked for. */
  constructor(private readonly look: (key: string, at: Instant) => Promise<T>) {}

  /** @throws what the lookup throws, to all who share it. */
  ask(key: string, at: Instant): Promise<T> {
    const shared = this.waiting.get(key);
    if (shared) {
      shared.at = Math.max(shared.at, at);
      return shared.found;
    }
    const before = this.running.get(key);
    if (!before) return this.begin(key, at);
    const latest = (): Instant => this.waiting.get(key)?.at ?? at;
    const next = { at, found: before.then(() => this.begin(key, latest())) };
    this.waiting.set(key, next);
    return next.found;
  }

  private begin(key: string, at: Instant): Promise<T> {
    this.waiting.delete(key);
    const found = this.look(key, at);
    const over = Promise.race([ended(found), sleep(PATIENCE, undefined, { ref: false })]).then(() => {
      if (this.running.get(key) === over) this.running.delete(key);
    });
    this.running.set(key, over);
    return found;
  }
}

function ended(work: Promise<unknown>): Promise<void> {
  return work.then(
    () => undefined,
    () => undefined,
  );
}

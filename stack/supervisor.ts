import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../common/clock';
import type { Child } from './child';

/** Something that runs as long as the stack does. */
export interface Service {
  readonly name: string;
  /**
   * Starts it and waits until it is truly ready. Hands over every process as soon as it exists, so that a stop
   * reaches one that is still getting ready.
   * @throws ChildError when it isn't ready in time or ends before.
   */
  start(onSpawn: (child: Child) => void): Promise<Child>;
}

interface Entry {
  readonly service: Service;
  child: Child | null;
  /** Ends with the supervision of this service. */
  watching: Promise<void>;
}

const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 30_000;
/** Whoever lived this long may have the short delay again. */
const STEADY_AFTER_MS = 10_000;

/** Starts services in order, starts again what dies, stops all in the opposite order. */
export class Supervisor {
  private readonly entries: Entry[] = [];
  private readonly stopped = new AbortController();

  constructor(
    private readonly say: (line: string) => void,
    private readonly clock: Clock,
  ) {}

  private get stopping(): boolean {
    return this.stopped.signal.aborted;
  }

  /**
   * Starts a service, resolves when it is ready, and keeps it running from then on.
   * @throws ChildError when this first start fails.
   */
  async run(service: Service): Promise<Child> {
    const entry: Entry = { service, child: null, watching: Promise.resolve() };
    this.entries.push(entry);
    const child = await this.start(entry);
    entry.watching = this.keepRunning(entry, child);
    return child;
  }

  /** Stops everything cleanly, the last started first. */
  async stop(): Promise<void> {
    this.stopped.abort();
    for (const entry of [...this.entries].reverse()) {
      await entry.child?.stop();
      await entry.watching;
    }
  }

  /** SIGKILL to everything. Nothing is lost by it: the next start recovers. */
  kill(): void {
    this.stopped.abort();
    for (const entry of [...this.entries].reverse()) entry.child?.kill();
  }

  private start(entry: Entry): Promise<Child> {
    return entry.service.start((child) => {
      entry.child = child;
      if (this.stopping) void child.stop();
    });
  }

  private async keepRunning(entry: Entry, first: Child): Promise<void> {
    const { name } = entry.service;
    let child = first;
    let delayMs = FIRST_DELAY_MS;
    for (;;) {
      const readyAt = this.clock.now();
      const how = await child.exited;
      if (this.stopping) return;
      if (this.clock.now() - readyAt >= STEADY_AFTER_MS) delayMs = FIRST_DELAY_MS;
      this.say(`${name} (pid ${child.pid}) ended by ${how}; starting it again in ${delayMs / 1000} s`);
      const next = await this.startAgain(entry, delayMs);
      if (!next) return;
      child = next;
      delayMs = longer(delayMs);
    }
  }

  /** Tries until it succeeds, ever more slowly. @returns null when the stack is being stopped. */
  private async startAgain(entry: Entry, firstDelayMs: number): Promise<Child | null> {
    for (let delayMs = firstDelayMs; ; delayMs = longer(delayMs)) {
      await sleep(delayMs, undefined, { signal: this.stopped.signal }).catch(() => undefined);
      if (this.stopping) return null;
      const begun = this.clock.now();
      try {
        const child = await this.start(entry);
        if (this.stopping) return null;
        this.say(`${entry.service.name} is back, pid ${child.pid}, after ${seconds(this.clock.now() - begun)}`);
        return child;
      } catch (error) {
        if (this.stopping) return null;
        entry.child?.kill();
        this.say(`${(error as Error).message}\n${entry.service.name}: trying again in ${longer(delayMs) / 1000} s`);
      }
    }
  }
}

function longer(delayMs: number): number {
  return Math.min(delayMs * 2, LONGEST_DELAY_MS);
}

/** `1234` → `1.2 s` */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

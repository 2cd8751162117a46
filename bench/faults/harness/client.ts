import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Role } from '../../../domain/actor';
import { ask, codeOf, keepingAgent, type Answer } from './ask';
import type { ClientLog, Entry, ReadySample, Wish } from './log';
import { ReadyWatch } from './ready-watch';
import type { Topology } from './topology';
import { CAREER, noteWish, openingWish, pathOf, unmaskWish } from './wishes';

/** What an open-loop client sends, whatever becomes of it. */
export interface LoadPlan {
  /** Complaints that are opened per second, each with its commands from acknowledge to close. */
  readonly casesPerSecond: number;
  /** ms between two commands of one case, counted from the answer: nobody completes what is not accepted. */
  readonly stepMs: number;
  /** Every so many cases are left alone for so long at first that a clock runs out. */
  readonly idleEvery: number;
  readonly idleMs: number;
  /** Notes per second, to cases that are open. */
  readonly notesPerSecond: number;
  /** Looks at a contact per second, which the audit log has to have. */
  readonly unmasksPerSecond: number;
  /** ms after which a try counts as unanswered. */
  readonly timeoutMs: number;
  /** What is tried again: every failure, or only a refused connection (of an API that no longer listens). */
  readonly repeat: 'all' | 'refused-connections';
}

const USUAL_LOAD: LoadPlan = {
  casesPerSecond: 1.5,
  stepMs: 500,
  idleEvery: 5,
  idleMs: 4_500,
  notesPerSecond: 2,
  unmasksPerSecond: 0.3,
  timeoutMs: 15_000,
  repeat: 'all',
};

/** Sends at planned instants whatever became of what it sent before, repeats with the same key, and keeps a log. */
export interface Client {
  /** Sends one wish beside the plan, now. Resolves when it is answered or given up; never rejects. */
  send(wish: Wish, key?: string): Promise<Entry>;
  /** Wishes that are sent and have no answer yet. */
  unanswered(): number;
  log(): ClientLog;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1_500;
/** Answers that say "not now". */
const REPEATED = new Set([429, 502, 503, 504]);

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** An open-loop client of all APIs of a topology in turn. */
export class OpenLoopClient implements Client {
  private readonly agent = keepingAgent();
  private readonly plan: LoadPlan;
  private readonly prefix = randomBytes(4).toString('hex');
  private readonly entries: Mutable<Entry>[] = [];
  private readonly open: string[] = [];
  private readonly watch: ReadyWatch;
  private careers: Promise<void>[] = [];
  private timers: NodeJS.Timeout[] = [];
  private waiting = 0;
  private turn = 0;
  /** Nothing is tried again after this instant. */
  private until = Number.POSITIVE_INFINITY;

  constructor(
    private readonly topology: Pick<Topology, 'apiUrls' | 'key'>,
    plan: Partial<LoadPlan> = {},
  ) {
    this.plan = { ...USUAL_LOAD, ...plan };
    this.watch = new ReadyWatch(topology.apiUrls);
  }

  start(): void {
    const { casesPerSecond, notesPerSecond, unmasksPerSecond } = this.plan;
    this.watch.start();
    this.often(casesPerSecond, (number, plannedAt) => this.career(number, plannedAt));
    this.often(notesPerSecond, (number, plannedAt) => this.toSomeCase(number, plannedAt, noteWish));
    this.often(unmasksPerSecond, (number, plannedAt) => this.toSomeCase(number, plannedAt, unmaskWish));
  }

  /** Sends nothing new, and goes on repeating for so long at the most. */
  async drain(withinMs: number): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    this.timers = [];
    this.until = Date.now() + withinMs;
    while (this.careers.length > 0) {
      const running = this.careers;
      this.careers = [];
      await Promise.all(running);
    }
    await this.watch.stop();
    this.agent.destroy();
  }

  send(wish: Wish, key = this.keyOf('beside')): Promise<Entry> {
    const sent = this.sendAt(Date.now(), wish, key);
    this.careers.push(sent.then(() => undefined));
    return sent;
  }

  unanswered(): number {
    return this.waiting;
  }

  log(): ClientLog {
    const ready: readonly ReadySample[] = this.watch.samples;
    return { entries: this.entries, ready };
  }

  /** At planned instants: what is late is sent at once, and none is left out. */
  private often(perSecond: number, work: (number: number, plannedAt: number) => Promise<void>): void {
    if (perSecond <= 0) return;
    const begun = Date.now();
    let number = 0;
    const catchUp = (): void => {
      for (let at = begun + (number * 1_000) / perSecond; at <= Date.now(); at = begun + (number * 1_000) / perSecond) {
        number += 1;
        this.careers.push(work(number, at));
      }
    };
    this.timers.push(setInterval(catchUp, 20));
  }

  private async career(number: number, plannedAt: number): Promise<void> {
    const opened = await this.sendAt(plannedAt, openingWish(number), this.keyOf(`start-${number}`));
    const no = opened.outcome === 'accepted' ? opened.caseNo : null;
    if (no === null) return;
    this.open.push(no);
    if (number % this.plan.idleEvery === 0) await pause(this.plan.idleMs);
    for (const step of CAREER) {
      await pause(this.plan.stepMs);
      const now = Date.now();
      if (now > this.until) break;
      const wish = step(no, now);
      const { outcome } = await this.sendAt(now, wish, this.keyOf(`${wish.name}-${number}`));
      if (outcome !== 'accepted') break;
    }
    this.open.splice(this.open.indexOf(no), 1);
  }

  private async toSomeCase(
    number: number,
    plannedAt: number,
    wishFor: (no: string, number: number) => Wish,
  ): Promise<void> {
    const no = this.open[(number * 7) % Math.max(1, this.open.length)];
    if (no === undefined) return;
    const wish = wishFor(no, number);
    await this.sendAt(plannedAt, wish, this.keyOf(`${wish.name}-${number}`));
  }

  private async sendAt(plannedAt: number, wish: Wish, key: string): Promise<Entry> {
    const failures: string[] = [];
    const entry: Mutable<Entry> = {
      ...{ ...wish, key, plannedAt, failures, caseNo: wish.no, outcome: 'unanswered' },
      ...{ tries: 0, answeredAt: null, status: null, code: null, seq: null },
    };
    this.entries.push(entry);
    this.waiting += 1;
    let waitMs = FIRST_PAUSE_MS;
    for (;;) {
      entry.tries += 1;
      if (await this.tried(entry, failures)) break;
      const refused = failures.at(-1) === 'ECONNREFUSED';
      if (this.plan.repeat === 'refused-connections' && !refused) break;
      if (Date.now() + waitMs > this.until) break;
      await pause(waitMs);
      waitMs = Math.min(2 * waitMs, LONGEST_PAUSE_MS);
    }
    this.waiting -= 1;
    return entry;
  }

  /** @returns whether there is nothing to be tried again. */
  private async tried(entry: Mutable<Entry>, failures: string[]): Promise<boolean> {
    const { apiUrls, key } = this.topology;
    this.turn += 1;
    const headers: Record<string, string> = {
      authorization: `Bearer ${key(entry.as as Role)}`,
      ...(entry.name === 'unmask' ? {} : { 'idempotency-key': entry.key }),
    };
    const { body } = entry;
    const url = (apiUrls[this.turn % apiUrls.length] ?? '') + pathOf(entry);
    try {
      const answer = await ask(this.agent, { method: 'POST', url, headers, body, timeoutMs: this.plan.timeoutMs });
      return this.answered(entry, answer, failures);
    } catch (error) {
      failures.push(codeOf(error));
      return false;
    }
  }

  private answered(entry: Mutable<Entry>, { status, headers, body }: Answer, failures: string[]): boolean {
    const code = typeof body?.code === 'string' ? body.code : null;
    entry.status = status;
    entry.code = code;
    if (REPEATED.has(status) || status >= 500) {
      failures.push(`${status} ${code ?? ''}`);
      return false;
    }
    entry.answeredAt = Date.now();
    entry.outcome = status < 300 ? 'accepted' : 'refused';
    if (entry.no === null && typeof body?.no === 'string') entry.caseNo = body.no;
    const tag = /^"(\d+)"$/.exec(String(headers.etag ?? ''))?.[1];
    entry.seq = tag === undefined ? null : Number(tag);
    return true;
  }

  private keyOf(name: string): string {
    return name === 'beside' ? `${this.prefix}-${randomBytes(6).toString('hex')}` : `${this.prefix}-${name}`;
  }
}

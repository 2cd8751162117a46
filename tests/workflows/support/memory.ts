import { ApplicationFailure } from '@temporalio/common';
import type { JournalEvent } from '../../../domain/event';
import type { Role } from '../../../domain/actor';
import type { JournalActivities, JournalBatch } from '../../../workflows/contracts/journal';
import type { NotifyActivities, NotifyOutcome, NotifyRequest } from '../../../workflows/contracts/notify';

interface Stored {
  fence: number;
  events: JournalEvent[];
}

/** The journal's activity with a memory instead of a database; the same rules for gaps, repeats and fences. */
export class MemoryJournal implements JournalActivities {
  /** Every batch that arrived, those that failed too. */
  readonly tries: JournalBatch[] = [];
  readonly batches: JournalBatch[] = [];
  /** Throws, or waits, instead of writing. */
  before: ((batch: JournalBatch) => void | Promise<void>) | null = null;
  private readonly cases = new Map<string, Stored>();

  readonly writeJournal = async (batch: JournalBatch): Promise<void> => {
    this.tries.push(batch);
    await this.before?.(batch);
    const stored = this.cases.get(batch.no) ?? { fence: 0, events: [] };
    const first = batch.events[0]?.seq ?? 1;
    if (batch.fence < stored.fence) return;
    if (first > stored.events.length + 1) throw new Error(`${first} does not follow ${stored.events.length}`);
    this.cases.set(batch.no, {
      fence: batch.fence,
      events: [...stored.events.slice(0, first - 1), ...batch.events],
    });
    this.batches.push(batch);
  };

  /** Every write is refused for good. */
  refuse(): void {
    this.before = () => {
      throw ApplicationFailure.nonRetryable('refused for good', 'RefusedForGood');
    };
  }

  /** The next write waits until it is let go; meanwhile its workflow task stays open. */
  hold(): { readonly reached: Promise<void>; readonly release: () => void } {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const reached = new Promise<void>((resolve) => {
      this.before = () => {
        this.before = null;
        resolve();
        return released;
      };
    });
    return { reached, release };
  }

  events(no: string): JournalEvent[] {
    return this.cases.get(no)?.events ?? [];
  }
}

/** How often the local activity tries to send, before an ordinary one does. */
export const TRIES_AT_ONCE = 3;

/** The notify activity with a memory: whoever is asked for is there, unless his role is vacant. */
export class MemoryInbox implements NotifyActivities {
  /** Every try, those that failed too. */
  readonly tries: (readonly NotifyRequest[])[] = [];
  readonly sent: NotifyRequest[] = [];
  readonly vacant = new Set<Role>();
  before: ((requests: readonly NotifyRequest[]) => void | Promise<void>) | null = null;

  /** So many tries fail. */
  fail(times: number): void {
    let left = times;
    this.before = () => {
      left -= 1;
      if (left === 0) this.before = null;
      throw new Error('no line');
    };
  }

  /** The next message can never be sent, however often it is tried. */
  refuse(): void {
    let refused: string | undefined;
    this.before = ([first]) => {
      refused ??= first?.key;
      if (first?.key !== refused) return;
      throw ApplicationFailure.nonRetryable('no such channel', 'RefusedForGood');
    };
  }

  readonly notify = async (requests: readonly NotifyRequest[]): Promise<NotifyOutcome[]> => {
    this.tries.push(requests);
    await this.before?.(requests);
    this.sent.push(...requests);
    return requests.map((request) => this.outcome(request));
  };

  private outcome({ seq, to, upwards }: NotifyRequest): NotifyOutcome {
    if (to.kind === 'person') return { seq, channel: 'inbox', role: null, recipients: [to.id], skipped: [] };
    if (to.kind === 'resident') return { seq, channel: 'inbox', role: null, recipients: ['resident'], skipped: [] };
    const roles = [to.role, ...upwards];
    const role = roles.find((candidate) => !this.vacant.has(candidate)) ?? null;
    const skipped = roles.slice(0, role === null ? roles.length : roles.indexOf(role));
    return { seq, channel: 'inbox', role, recipients: role === null ? [] : [`${role}-1`], skipped };
  }
}

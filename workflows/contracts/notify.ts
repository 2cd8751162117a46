import type { Role } from '../../domain/actor';
import type { Recipient, TextRef } from '../../domain/event';
import type { Instant } from '../../domain/instant';
import type { CaseMode } from '../../domain/event';
import type { Origin } from './origin';

/** One message to be sent. `key` is stable: the same key is never delivered twice to one person. */
export interface NotifyRequest {
  readonly key: string;
  readonly no: string;
  readonly seq: number;
  readonly project: string;
  readonly mode: CaseMode;
  readonly at: Instant;
  readonly template: string;
  readonly to: Recipient;
  readonly obligation: string | null;
  readonly urgent: boolean;
  readonly args: Readonly<Record<string, string | number>>;
  readonly upwards: readonly Role[];
  readonly text: TextRef | null;
  /** Time of the workflow task that asked for it, as of a `JournalBatch`; left out by former releases. */
  readonly fence?: Instant;
  /** The request that it follows from; nobody's when time ran out. */
  readonly origin?: Origin;
}

export interface NotifyOutcome {
  readonly seq: number;
  readonly channel: string;
  /** The role that was really told; null for a person or the resident. */
  readonly role: Role | null;
  readonly recipients: readonly string[];
  readonly skipped: readonly Role[];
}

export interface NotifyActivities {
  /** Resolves whoever holds the roles now and writes to their inbox. Safe to repeat. */
  notify(requests: readonly NotifyRequest[]): Promise<NotifyOutcome[]>;
}

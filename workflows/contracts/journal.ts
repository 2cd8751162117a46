import type { Sinks } from '@temporalio/workflow';
import type { JournalEvent, OpenedRecord } from '../../domain/event';
import type { Instant } from '../../domain/instant';
import type { CaseSnapshot } from '../../domain/projection';
import type { Origin } from './origin';

/**
 * What the workflow hands to the projection. A batch may be written twice, late, or after a younger one: the fence
 * (the time of the workflow task that decided it) tells which run of a task won (architecture.md "Fence").
 */
export interface JournalBatch {
  readonly no: string;
  readonly fence: Instant;
  readonly events: readonly JournalEvent[];
  /** The case after the last event. */
  readonly snapshot: CaseSnapshot;
  readonly receipts: readonly CommandReceipt[];
  /** Only with the first batch. */
  readonly opened: OpenedRecord | null;
}

/** What was answered to a command, kept so that the same key gets the same answer for ever. */
export interface CommandReceipt {
  /** Idempotency key of the caller. */
  readonly id: string;
  readonly command: string;
  readonly bodyHash: string;
  readonly seq: number;
  readonly answer: CommandAnswer;
  /** For log lines and traces; not stored. */
  readonly origin?: Origin;
}

export interface CommandAnswer {
  readonly no: string;
  readonly seq: number;
  readonly snapshot: CaseSnapshot;
}

export interface JournalActivities {
  /** Writes the batch in one transaction. Safe to repeat. */
  writeJournal(batch: JournalBatch): Promise<void>;
}

/** Called while a history is replayed: a rebuild reads the batches as they were. */
export type JournalSinks = Sinks & { readonly journal: { batch(batch: JournalBatch): void } };

import type { Actor } from '../../domain/actor';
import type { CommandName, JournalEvent, Opening } from '../../domain/event';
import type { Refusal } from '../../domain/family';
import type { Instant } from '../../domain/instant';
import type { CaseSnapshot } from '../../domain/projection';
import type { CaseState } from '../../domain/state';
import type { EffectRequest } from './effect-request';
import type { NotifyRequest } from './notify';
import type { CommandReceipt } from './journal';
import type { Origin } from './origin';

/** Input of every case workflow. The workflow id is the case number. */
export interface CaseInput<O extends Opening = Opening> {
  readonly opening: O;
  /** Names the POST that started it: a digest of its idempotency key, or of a random one. */
  readonly startKey: string;
  /** Of its body, so that the same key with another body is refused. */
  readonly bodyHash: string;
  /** The request that started it; nobody's when it continues as new. */
  readonly origin?: Origin;
  /** Set when the workflow continues as new. */
  readonly carried?: Carried;
  /** Roll over after this many history events; the server's suggestion is always followed too. */
  readonly rollOverAt?: number;
}

/** What goes over into the next run, so that nothing is lost and `seq` goes on without a gap. */
export interface Carried {
  readonly state: CaseState;
  readonly seen: readonly SeenCommand[];
  readonly unwritten: { readonly events: readonly JournalEvent[]; readonly receipts: readonly CommandReceipt[] };
  readonly unsent: readonly NotifyRequest[];
  /** Effects under way; left out by former releases. */
  readonly effects?: readonly EffectRequest[];
}

export interface SeenCommand {
  readonly id: string;
  readonly bodyHash: string;
  readonly seq: number;
}

/** The argument of every command update; the update's name is the command's. */
export interface CommandEnvelope {
  readonly id: string;
  readonly bodyHash: string;
  readonly by: Actor;
  readonly occurredAt?: Instant;
  /** `If-Match`: nothing may have changed since this `seq`. */
  readonly ifSeq?: number;
  readonly origin?: Origin;
  readonly data: unknown;
}

/** `pending`: accepted and durable, but the read model follows later because the database is away. */
export interface CommandResult {
  readonly seq: number;
  readonly projection: 'written' | 'pending';
}

/** Type of the ApplicationFailure with which a command is refused; its first detail is a `Refusal`. */
export const REFUSED = 'Refused';

/** Type of the ApplicationFailure that carries the answer to a question; its first detail is the answer. */
const ANSWERED = 'Answered';

/**
 * Questions to a case. While it runs they are updates that are always turned away, which leaves no trace in the history.
 * A query won't do: one that meets a local activity can make a history that can't be replayed, so that the case stands
 * still for good (SDK 1.24: the marker is recorded in a task before that in which the workflow hears of it). Of a case
 * that has ended they are queries.
 */
export const questions = {
  /** The case as the workflow knows it: `CaseAnswer`. */
  case: { name: 'case', answered: ANSWERED },
  /** What a command would do: `Preview`. Takes a `PreviewRequest`. */
  preview: { name: 'preview', answered: ANSWERED },
} as const;

export interface CaseAnswer {
  readonly snapshot: CaseSnapshot;
  /** Number of the last event that the workflow knows to be in the read model. */
  readonly written: number;
  readonly startKey: string;
  readonly bodyHash: string;
  readonly opening: Opening;
}

export interface PreviewRequest {
  readonly name: CommandName;
  readonly envelope: CommandEnvelope;
  /** The caller's clock: what would happen if the command came now. */
  readonly at: Instant;
}

export type Preview =
  { readonly refusal: Refusal } | { readonly events: readonly JournalEvent[]; readonly snapshot: CaseSnapshot };

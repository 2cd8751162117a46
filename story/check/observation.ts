import type { Instant } from '../../domain/instant';
import type { Json } from '../format/values';

/** What was seen at one moment of a story. Plain JSON; every instant is milliseconds since the epoch. */
export interface Observation {
  /** Story time. */
  readonly at: Instant;
  /** Moments of all steps so far. */
  readonly moments: readonly Instant[];
  /** Of the case that is checked; null where none is. */
  readonly case: CaseObservation | null;
  /** By person or role as the story writes it. */
  readonly inboxes: Readonly<Record<string, readonly Message[]>>;
  readonly work: Readonly<Record<string, readonly WorkItem[]>>;
  readonly cases: number | null;
}

export interface CaseObservation {
  readonly no: string;
  readonly state: Fields;
  /** In the order in which they were opened. */
  readonly obligations: readonly ObservedObligation[];
  /** Whole, by `seq`. */
  readonly journal: readonly ObservedEvent[];
  /** By obligation id; only those that are asked for. */
  readonly explanations: Readonly<Record<string, Fields>>;
  /** By command, as the one who looks sees them. */
  readonly actions: Readonly<Record<string, Fields>>;
}

export type Fields = Readonly<Record<string, Json>>;

export interface ObservedObligation extends Fields {
  readonly id: string;
  readonly kind: string;
}

export interface ObservedEvent {
  readonly seq: number;
  readonly type: string;
  readonly at: Instant;
  /** Who did it: id and role. */
  readonly by: string;
  readonly role: string;
  readonly fields: Fields;
}

export interface Message extends Fields {
  readonly template: string;
}

export interface WorkItem extends Fields {
  readonly obligation: string;
  readonly no: string;
}

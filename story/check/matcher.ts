import type { Instant, Millis } from '../../domain/instant';
import type { Json } from '../format/values';

/**
 * What is expected of one observed value. A tree of these and an observation are all that the checker sees, so it is
 * a pure function, and a test can change one expected instant of a recorded run.
 */
export type Matcher =
  | { readonly is: 'equal'; readonly value: Json }
  /** Computed beforehand: to the millisecond. */
  | { readonly is: 'planned'; readonly instant: Instant }
  /** Done by people at the moment of a step, or by a timer milliseconds after its instant. */
  | { readonly is: 'happened'; readonly instant: Instant }
  /** A length that ends when something happened. */
  | { readonly is: 'length'; readonly ms: Millis }
  | { readonly is: 'contains'; readonly text: string }
  /** These members; others may be there. */
  | { readonly is: 'fields'; readonly fields: Readonly<Record<string, Matcher>> }
  /** Exactly these, in this order. */
  | { readonly is: 'list'; readonly items: readonly Matcher[] };

/** Something happened at T when it happened in [T, T + 1 s). */
export const TOLERANCE: Millis = 1_000;

/** Everything that is to be checked at one place of a story, about one case. */
export interface Check {
  /** Where it stands in the file. */
  readonly path: string;
  readonly line: number;
  /** Name of the case in the story; null when the story has none yet. */
  readonly case: string | null;
  readonly zone: string;
  readonly state: Matcher | null;
  readonly obligations: Keyed | null;
  readonly journal: { readonly items: readonly Matcher[]; readonly exactly: boolean } | null;
  readonly counts: Readonly<Record<string, number>> | null;
  readonly inboxes: readonly InboxCheck[];
  readonly work: readonly WorkCheck[];
  readonly explanations: Keyed | null;
  readonly actions: { readonly as: string; readonly commands: Readonly<Record<string, Matcher>> } | null;
  readonly cases: number | null;
}

/** By id, by kind, or by `kind#2`. */
export interface Keyed {
  readonly exactly: boolean;
  readonly items: readonly { readonly key: string; readonly matcher: Matcher }[];
}

export interface InboxCheck {
  readonly who: string;
  readonly exactly: boolean;
  readonly messages: readonly { readonly matcher: Matcher; readonly times: number; readonly template: string }[];
}

export interface WorkCheck {
  readonly who: string;
  readonly exactly: boolean;
  readonly items: readonly Matcher[];
}

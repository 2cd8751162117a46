import type { Effect } from '../../domain/event';
import type { Instant } from '../../domain/instant';

/** Something that a case asks of the outside. `key` is stable: the same key brings about the same thing once. */
export interface EffectRequest<E extends Effect = Effect> {
  readonly key: string;
  readonly no: string;
  readonly seq: number;
  readonly project: { readonly id: string; readonly zone: string };
  /** When it was asked for. */
  readonly at: Instant;
  readonly effect: E;
}

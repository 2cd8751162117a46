import type { ApiClient } from './api-client';
import type { Place } from './place';
import type { Sizes } from './sizes';

/** What one line of the table says. */
export interface Row {
  /** `M1` */
  readonly id: string;
  readonly what: string;
  readonly floor: string;
  readonly value: number;
  /** `×`, `ms`, `/s`, or what is counted. */
  readonly unit: string;
  readonly bar: Bar;
  /** Absolute figures: a hint of size only. */
  readonly figures: string;
}

export type Bar = { readonly atMost: number } | { readonly atLeast: number } | { readonly below: number };

/** What a measure has at hand. */
export interface Bench {
  readonly place: Place;
  readonly api: ApiClient;
  readonly sizes: Sizes;
}

export interface Measure {
  readonly id: string;
  readonly run: (bench: Bench) => Promise<Row[]>;
}

export function isMet({ value, bar }: Pick<Row, 'value' | 'bar'>): boolean {
  if ('atMost' in bar) return value <= bar.atMost;
  return 'atLeast' in bar ? value >= bar.atLeast : value < bar.below;
}

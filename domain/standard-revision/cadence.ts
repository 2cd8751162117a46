/** How often a recurring duty is done: so many times in each calendar period, or so many days after the last time. */
export type Cadence =
  | { readonly kind: 'fixed'; readonly times: number; readonly per: CadencePeriod }
  | { readonly kind: 'floating'; readonly days: number };

export const CADENCE_PERIODS = ['day', 'week', 'month', 'quarter', 'year'] as const;
export type CadencePeriod = (typeof CADENCE_PERIODS)[number];

import { cancel, open, openOf, type OpenSpec } from '../book';
import type { Draft } from '../event';
import type { Context } from '../family';
import type { Obligation } from '../obligation';
import type { ClockRule } from '../policy';
import type { CaseState } from '../state';

/**
 * The clocks that a row of the policy gives a case, all from t0 of the episode. After a change of the row what was met
 * stays met, what is under the same rule runs on, and a date that was agreed on stands.
 */
export interface ClockSpec {
  readonly kind: string;
  /** Left out: this row has no such clock. */
  readonly rule: ClockRule | undefined;
  /** It is answered already, whatever the book says. */
  readonly answered?: boolean;
}

export function setClock(
  state: CaseState,
  { kind, rule, answered }: ClockSpec,
  context: Context,
  cause?: 'reclassified',
): Draft[] {
  const before = inEpisode(state, kind);
  const running = before.filter((obligation) => obligation.state === 'open');
  if (!rule) return cancel(running, 'reclassified');
  if (answered || before.some((obligation) => obligation.state === 'met')) return [];
  if (running.some((obligation) => isUnder(rule, obligation) || isAgreed(obligation))) return [];
  return [
    ...cancel(running, 'reclassified'),
    ...openNext(
      state,
      { kind, rule, start: state.episodeStart, cause: before.length > 0 ? 'reclassified' : cause },
      context,
    ),
  ];
}

/** The next clock of its kind in this episode: `plan`, then `plan:2`. */
export function openNext(state: CaseState, spec: Omit<OpenSpec, 'key'>, context: Context): Draft[] {
  const count = inEpisode(state, spec.kind).length;
  return open(state, count > 0 ? { ...spec, key: String(count + 1) } : spec, context);
}

/** Whether a clock of this kind is still to be met. */
export function owes(state: CaseState, kind: string): boolean {
  return openOf(state, kind).length > 0;
}

/** As far as it decides when it is due. */
function isUnder(rule: ClockRule, { limit, calendar, pausable }: Obligation): boolean {
  return limit === rule.limit && calendar === rule.calendar && pausable === rule.pausable;
}

function isAgreed(obligation: Obligation): boolean {
  return obligation.moves.some(({ cause }) => cause === 'plan-confirmed' || cause === 'extended');
}

function inEpisode(state: CaseState, kind: string): Obligation[] {
  return Object.values(state.obligations).filter((o) => o.kind === kind && o.episode === state.episode);
}

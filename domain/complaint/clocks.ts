import { cancel, meet, open, openOf, type OpenSpec } from '../book';
import type { Draft } from '../event';
import type { Context } from '../family';
import type { Obligation } from '../obligation';
import type { ClockRule } from '../policy';
import { COMPLAINT_CLOCKS, type ComplaintClock } from './policy';
import type { ComplaintState } from './state';

/**
 * Which clocks a complaint has, by its priority. They all count from t0 of the episode. After a reclassification the
 * clocks of the new policy row start from t0 as well: what was met stays met, what is under the same rule runs on, and
 * a date that was agreed on stands.
 */
export function setClocks(state: ComplaintState, context: Context, cause?: 'reclassified'): Draft[] {
  const rules = state.policy.clocks[state.priority ?? 'unclassified'];
  return COMPLAINT_CLOCKS.flatMap((kind) => {
    const rule = kind === 'test-result' && !state.outsideTest ? undefined : rules[kind];
    return setClock(state, kind, rule, cause, context);
  });
}

function setClock(
  state: ComplaintState,
  kind: ComplaintClock,
  rule: ClockRule | undefined,
  cause: 'reclassified' | undefined,
  context: Context,
): Draft[] {
  const before = inEpisode(state, kind);
  const running = before.filter((obligation) => obligation.state === 'open');
  // A case that has its clocks by priority is classified.
  if (!rule) return kind === 'classify' ? meet(state, kind, context) : cancel(running, 'reclassified');
  if (kind === 'plan' && (state.plan.state === 'proposed' || state.plan.state === 'accepted')) return [];
  if (before.some((obligation) => obligation.state === 'met')) return [];
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
export function openNext(state: ComplaintState, spec: Omit<OpenSpec, 'key'>, context: Context): Draft[] {
  const count = inEpisode(state, spec.kind).length;
  return open(state, count > 0 ? { ...spec, key: String(count + 1) } : spec, context);
}

/** As far as it decides when it is due. */
function isUnder(rule: ClockRule, { limit, calendar, pausable }: Obligation): boolean {
  return limit === rule.limit && calendar === rule.calendar && pausable === rule.pausable;
}

function isAgreed(obligation: Obligation): boolean {
  return obligation.moves.some(({ cause }) => cause === 'plan-confirmed' || cause === 'extended');
}

function inEpisode(state: ComplaintState, kind: string): Obligation[] {
  return Object.values(state.obligations).filter((o) => o.kind === kind && o.episode === state.episode);
}

/** Whether a clock of this kind is still to be met. */
export function owes(state: ComplaintState, kind: ComplaintClock): boolean {
  return openOf(state, kind).length > 0;
}

import { cancel, open, openOf } from '../book';
import type { Draft } from '../event';
import type { Context } from '../family';
import type { Obligation } from '../obligation';
import type { ClockRule } from '../policy';
import { COMPLAINT_CLOCKS, type ComplaintClock } from './policy';
import type { ComplaintState } from './state';

/**
 * Which clocks a complaint has, by its priority. They all count from t0 of the episode. After a reclassification the
 * clocks of the new policy row start from t0 as well: what was met stays met, what is under the same rule runs on.
 */
export function setClocks(state: ComplaintState, context: Context): Draft[] {
  const rules = state.policy.clocks[state.priority ?? 'unclassified'];
  return COMPLAINT_CLOCKS.flatMap((kind) => {
    const rule = kind === 'test-result' && !state.outsideTest ? undefined : rules[kind];
    return setClock(state, kind, rule, context);
  });
}

function setClock(state: ComplaintState, kind: ComplaintClock, rule: ClockRule | undefined, context: Context): Draft[] {
  const before = inEpisode(state, kind);
  const running = before.filter((obligation) => obligation.state === 'open');
  if (!rule) return cancel(running, 'reclassified');
  if (before.some((obligation) => obligation.state === 'met')) return [];
  if (running.some((obligation) => obligation.limit === rule.limit || obligation.moves.length > 0)) return [];
  return [
    ...cancel(running, 'reclassified'),
    ...open(
      state,
      {
        kind,
        rule,
        start: state.episodeStart,
        ...(before.length > 0 ? { key: String(before.length + 1), cause: 'reclassified' as const } : {}),
      },
      context,
    ),
  ];
}

function inEpisode(state: ComplaintState, kind: string): Obligation[] {
  return Object.values(state.obligations).filter((o) => o.kind === kind && o.episode === state.episode);
}

/** Whether a clock of this kind is still to be met. */
export function owes(state: ComplaintState, kind: ComplaintClock): boolean {
  return openOf(state, kind).length > 0;
}

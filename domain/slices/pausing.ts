import { STAFF } from '../actor';
import { moveDueByPauses, openObligations } from '../book';
import { draft, type TextRef, type WaitingOn } from '../event';
import { refuse, type Slice } from '../family';
import type { Instant } from '../instant';
import { isPaused } from '../obligation';
import { enter, onlyIn, type Stages } from './stage';

declare module '../event' {
  interface EventData {
    paused: { readonly reason: string; readonly until: Instant; readonly note: TextRef | null };
    resumed: { readonly auto: boolean };
  }
  interface CommandData {
    pause: { readonly reason: string; readonly until: Instant; readonly note: TextRef | null };
    resume: Record<string, never>;
  }
}

/**
 * Waiting for the resident, an outside party or the weather stops the clocks that allow it, at most 72 h at once, and
 * ends by itself. A broken promise can't be paused away: what is already missed runs on.
 */
export const pausing = ({ handling, working }: Stages): Slice => ({
  commands: {
    pause: {
      roles: STAFF,
      guard: (state) => {
        if (state.priority === 'urgent') return refuse('urgent-cannot-pause', { priority: state.priority });
        if (state.pause) return refuse('already-paused', { until: state.pause.until });
        return onlyIn(state, working);
      },
      decide: (state, { reason, until, note }, { at }) => {
        const { reasons, cap } = state.policy.pause;
        if (!reasons.includes(reason)) return refuse('pause-reason-unknown', { reason, allowed: reasons });
        if (until <= at) return refuse('instant-not-ahead', { field: 'until', instant: until });
        if (until > at + cap) return refuse('pause-too-long', { until, latest: at + cap });
        return [draft('paused', { reason, until, note })];
      },
    },
    resume: {
      roles: STAFF,
      guard: (state) => (state.pause ? null : refuse('not-paused', { stage: state.stage })),
      decide: () => [draft('resumed', { auto: false })],
    },
  },
  evolve: {
    paused: (state, { data, at }) => ({ ...state, pause: { reason: data.reason, from: at, until: data.until } }),
    resumed: (state, { at, via }) => {
      if (!state.pause) return state;
      const over = { from: state.pause.from, to: via.kind === 'timer' ? via.plannedAt : at };
      return { ...state, pause: null, pauses: [...state.pauses, over] };
    },
  },
  react: {
    paused: ({ data, at }, state) => [
      ...openObligations(state)
        .filter((obligation) => obligation.pausable && obligation.dueAt >= at)
        .map((obligation) => draft('obligation-paused', { obligation: obligation.id })),
      ...enter(state, state.stage, waitingFor(data.reason)),
    ],
    resumed: (_event, state) => [
      ...openObligations(state)
        .filter(isPaused)
        .map((obligation) => draft('obligation-resumed', { obligation: obligation.id })),
      ...(handling.includes(state.stage) ? enter(state, state.stage, 'working') : []),
    ],
    'obligation-resumed': ({ data }, state, context) => {
      const obligation = state.obligations[data.obligation];
      return obligation ? moveDueByPauses(state, obligation, context) : [];
    },
  },
  moments: (state) => (state.pause ? [{ at: state.pause.until, purpose: 'pause-end' }] : []),
  wake: {
    'pause-end': () => [draft('resumed', { auto: true })],
  },
});

function waitingFor(reason: string): WaitingOn {
  return reason === 'waiting-for-resident' ? 'resident' : 'outside';
}

import { FRONT_DESK, SUPERVISORS } from '../actor';
import { moveOwner, notify, openObligations, owedBy } from '../book';
import { draft, type Draft, type TextRef } from '../event';
import { refuse, type Context, type Slice } from '../family';
import type { CaseState } from '../state';
import { isRelieved } from './relieving';
import { notClosed } from './stage';

declare module '../event' {
  interface EventData {
    /** `from` is null when a case that came by itself is taken. */
    'owner-changed': { readonly from: string | null; readonly to: string; readonly reason: TextRef | null };
  }
  interface CommandData {
    /** CMP-041: the first receiver follows the case to its closing; it changes hands only with a reason. */
    'hand-over': { readonly to: string; readonly reason: TextRef };
  }
}

export const ownership: Slice = {
  commands: {
    'hand-over': {
      roles: FRONT_DESK,
      guard: (state) => notClosed(state),
      decide: (state, { to, reason }, { by }) => {
        if (to === state.owner) return refuse('already-the-owner', { owner: to });
        if (state.owner !== null && state.owner !== by.id && !SUPERVISORS.includes(by.role)) {
          return refuse('not-the-owner', { owner: state.owner });
        }
        return [draft('owner-changed', { from: state.owner, to, reason })];
      },
    },
  },
  evolve: {
    'owner-changed': (state, { data }) => ({ ...state, owner: data.to }),
  },
  react: {
    'owner-changed': ({ data }, state) => [
      ...moveOwner(
        state,
        openObligations(state).filter((obligation) => obligation.owedBy.as === 'owner'),
        owedBy(state, { as: 'owner' }),
      ),
      ...(data.from === null
        ? []
        : [notify(state, { template: 'handed-over', to: { kind: 'person', id: data.to }, text: data.reason })]),
    ],
    relieved: ({ data }, state) => {
      const { from, to, reason } = data;
      return isRelieved(data, owedBy(state, { as: 'owner' })) ? [draft('owner-changed', { from, to, reason })] : [];
    },
  },
};

/** The case as it is when its first clocks open: the clerk who takes it is its owner by then. */
export function takenBy<S extends CaseState>(state: S, { by }: Context): S {
  return { ...state, owner: FRONT_DESK.includes(by.role) ? by.id : null };
}

/** First contact: a case without an owner belongs to the first of the front desk who touches it. */
export function takeIfFree(state: CaseState, { by }: Context): Draft[] {
  if (state.owner !== null || !FRONT_DESK.includes(by.role)) return [];
  return [draft('owner-changed', { from: null, to: by.id, reason: null })];
}

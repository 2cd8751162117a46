import { notify } from '../book';
import { draft, type TextRef } from '../event';
import { refuse, type Slice } from '../family';
import { reopening } from './ending';

declare module '../event' {
  interface EventData {
    'satisfaction-asked': Record<string, never>;
    /** 1 (worst) to 5 (best). */
    'satisfaction-answered': { readonly score: number; readonly comment?: TextRef | null };
  }
  interface CommandData {
    rate: { readonly score: number; readonly comment: TextRef | null };
  }
}

/** At or below this the resident is not satisfied (policies.md "Callback"). */
export const UNSATISFIED = 2;

/**
 * What the resident thinks of the result; whoever is not satisfied is told upward (CMP-073), accepted or not. Who was
 * never asked, because he could not be reached, can still say so after closing, and a score of at most 2 reopens then as
 * it would have in the callback.
 */
export const satisfaction: Slice = {
  commands: {
    rate: {
      roles: ['resident'],
      guard: (state) => {
        if (state.stage !== 'closed') return refuse('not-allowed-now', { stage: state.stage, allowed: ['closed'] });
        return state.satisfaction === null ? null : refuse('already-rated', { score: state.satisfaction });
      },
      decide: (state, { score, comment }) => [
        draft('satisfaction-answered', { score, comment }),
        ...(score <= UNSATISFIED ? [reopening(state, 'rated', comment)] : []),
      ],
    },
  },
  evolve: {
    'satisfaction-answered': (state, { data }) => ({ ...state, satisfaction: data.score }),
    reopened: (state) => ({ ...state, satisfaction: null }),
  },
  react: {
    'satisfaction-answered': ({ data }, state) =>
      data.score > UNSATISFIED
        ? []
        : [
            notify(state, {
              template: 'unsatisfied',
              to: { kind: 'role', role: 'senior_cs_supervisor', department: null },
              args: { score: data.score },
            }),
          ],
  },
};

import { notify } from '../book';
import type { Slice } from '../family';

declare module '../event' {
  interface EventData {
    'satisfaction-asked': Record<string, never>;
    /** 1 (worst) to 5 (best). */
    'satisfaction-answered': { readonly score: number };
  }
}

/** At or below this the resident is not satisfied (policies.md "Callback"). */
export const UNSATISFIED = 2;

/** What the resident thinks of the result; whoever is not satisfied is told upward (CMP-073), accepted or not. */
export const satisfaction: Slice = {
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

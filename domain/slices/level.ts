import { MANAGERS } from '../actor';
import { notify } from '../book';
import { draft, type TextRef } from '../event';
import { refuse, type Slice } from '../family';
import type { Level } from '../policy';
import { notClosed } from './stage';

declare module '../event' {
  interface EventData {
    'level-set': { readonly level: Level; readonly from: Level | null; readonly reason: TextRef };
  }
  interface CommandData {
    'set-level': { readonly level: Level; readonly reason: TextRef };
  }
}

/** The level (CMP-037): it drives who may decide, never clocks. What a manager has set stays through reclassifications. */
export const level: Slice = {
  commands: {
    'set-level': {
      roles: MANAGERS,
      guard: (state) =>
        notClosed(state) ?? (state.level === null ? refuse('not-classified', { stage: state.stage }) : null),
      decide: (state, { level: wanted, reason }) => {
        if (wanted === state.level) return refuse('level-unchanged', { level: wanted });
        return [draft('level-set', { level: wanted, from: state.level, reason })];
      },
    },
  },
  evolve: {
    'level-set': (state, { data }) => ({ ...state, level: data.level, levelFixed: true }),
  },
  react: {
    'level-set': ({ data }, state) => [
      notify(state, {
        template: 'level-set',
        to:
          state.owner === null
            ? { kind: 'role', role: 'customer_service', department: null }
            : { kind: 'person', id: state.owner },
        args: { level: data.level },
        text: data.reason,
      }),
    ],
  },
};

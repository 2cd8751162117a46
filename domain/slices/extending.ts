import { MANAGERS } from '../actor';
import { moveDue, openOf } from '../book';
import { draft, type TextRef } from '../event';
import { refuse, type Slice } from '../family';
import type { Instant } from '../instant';
import { notClosed } from './stage';

declare module '../event' {
  interface EventData {
    /** Reported apart from cases closed in 48 h (K2). */
    extended: { readonly dueAt: Instant; readonly reason: TextRef };
  }
  interface CommandData {
    extend: { readonly dueAt: Instant; readonly reason: TextRef };
  }
}

/** Only a manager extends the `close` clock, and before it is due (K2). */
export const extending: Slice = {
  commands: {
    extend: {
      roles: MANAGERS,
      guard: (state, { at }) => {
        const refusal = notClosed(state);
        if (refusal) return refusal;
        const due = openOf(state, 'close')[0];
        if (!due) return refuse('nothing-owed', { kind: 'close' });
        return at <= due.dueBase ? null : refuse('too-late-to-extend', { dueAt: due.dueBase });
      },
      decide: (state, { dueAt, reason }) => {
        const due = openOf(state, 'close')[0];
        if (due && dueAt <= due.dueAt) return refuse('must-be-later', { field: 'dueAt', dueAt: due.dueAt });
        return [draft('extended', { dueAt, reason })];
      },
    },
  },
  react: {
    extended: ({ data }, state, context) =>
      openOf(state, 'close').flatMap((obligation) => moveDue(state, obligation, data.dueAt, 'extended', context)),
  },
};

import { STAFF } from '../actor';
import { notify } from '../book';
import { draft, type TextRef } from '../event';
import type { Slice } from '../family';
import type { CaseState } from '../state';
import { notClosed } from './stage';

declare module '../event' {
  interface EventData {
    noted: { readonly text: TextRef };
  }
  interface CommandData {
    note: { readonly text: TextRef };
  }
}

/** Remarks; what the resident writes is told to whoever answers for the case, so that nobody has to look for it. */
export const notes: Slice = {
  commands: {
    note: {
      roles: [...STAFF, 'quality', 'resident'],
      guard: (state) => notClosed(state),
      decide: (_state, { text }) => [draft('noted', { text })],
    },
  },
  react: {
    noted: ({ by, data }, state) =>
      by.role === 'resident'
        ? [notify(state, { template: 'resident-wrote', to: contactOf(state), text: data.text })]
        : [],
  },
};

function contactOf({ owner }: CaseState) {
  if (owner !== null) return { kind: 'person', id: owner } as const;
  return { kind: 'role', role: 'customer_service', department: null } as const;
}

import { STAFF } from '../actor';
import { draft, type TextRef } from '../event';
import type { Slice } from '../family';
import { notClosed } from './stage';

declare module '../event' {
  interface EventData {
    noted: { readonly text: TextRef };
  }
  interface CommandData {
    note: { readonly text: TextRef };
  }
}

export const notes: Slice = {
  commands: {
    note: {
      roles: [...STAFF, 'quality'],
      guard: (state) => notClosed(state),
      decide: (_state, { text }) => [draft('noted', { text })],
    },
  },
};

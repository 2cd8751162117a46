import { FRONT_DESK } from '../actor';
import { draft, type TextRef } from '../event';
import type { Slice } from '../family';
import { notClosed } from './stage';

declare module '../event' {
  interface EventData {
    'caller-attached': { readonly channel: string; readonly contact: TextRef };
  }
  interface CommandData {
    'attach-caller': { readonly channel: string; readonly contact: TextRef };
  }
}

/** Somebody else reports the same: he is attached to the case that runs instead of getting one of his own (K35). */
export const callers: Slice = {
  commands: {
    'attach-caller': {
      roles: FRONT_DESK,
      guard: (state) => notClosed(state),
      decide: (_state, { channel, contact }) => [draft('caller-attached', { channel, contact })],
    },
  },
};

import { FRONT_DESK, MANAGERS, SUPERVISORS } from '../actor';
import { cancel, meet, notify, openOf } from '../book';
import { draft, type CommandData, type EventData, type TextRef } from '../event';
import { isRefusal, refuse, type Slice } from '../family';
import type { Instant } from '../instant';
import { notAroundCallback } from '../slices/callback-owed';
import { makePromises, openPromises } from '../slices/promises';
import { enter, onlyIn } from '../slices/stage';
import { setClocks } from './clocks';
import { askOwner } from './handling';
import type { ComplaintState } from './state';

declare module '../event' {
  interface EventData {
    'fed-back': { readonly written: TextRef; readonly faceToFace: boolean; readonly reason: TextRef | null };
  }
  interface CommandData {
    'feed-back': {
      readonly written: TextRef;
      readonly faceToFace: boolean;
      /** Why nobody spoke face to face; needed when nobody did (K29). */
      readonly reason: TextRef | null;
      readonly promises: readonly { readonly text: TextRef; readonly dueAt: Instant }[];
    };
    close: {
      readonly rootCause: TextRef;
      readonly preventiveAction: TextRef;
      readonly similarRisksChecked: boolean;
    };
  }
}

/** From the resolution to the closing: feedback in writing and face to face, the owner's answer, root cause. */
export const closing: Slice<ComplaintState> = {
  commands: {
    'feed-back': {
      roles: FRONT_DESK,
      guard: (state) => onlyIn(state, ['feedback']),
      decide: (state, { written, faceToFace, reason, promises }, { at }) => {
        if (!faceToFace && reason === null) return refuse('reason-required', { field: 'reason' });
        const made = makePromises(state, promises, at);
        return isRefusal(made) ? made : [draft('fed-back', { written, faceToFace, reason }), ...made];
      },
    },
    close: {
      roles: FRONT_DESK,
      guard: (state, { by }) => {
        const stage = onlyIn(state, ['review']);
        if (stage) return stage;
        const allowed = state.managerOnly ? MANAGERS : state.policy.mayClose[state.level ?? 'ordinary'];
        if (!allowed.includes(by.role))
          return refuse('authority-too-low', { level: state.level ?? '', roles: allowed });
        if (state.owner !== by.id && !SUPERVISORS.includes(by.role)) {
          return refuse('not-the-owner', { owner: state.owner ?? '' });
        }
        if (!state.resultAccepted) return refuse('owner-has-not-answered', { subject: 'result' });
        const owed = openPromises(state);
        if (owed.length > 0) return refuse('promises-open', { promises: owed });
        const called = notAroundCallback(state);
        if (called) return called;
        return openOf(state, 'test-result').length > 0 ? refuse('test-result-owed', {}) : null;
      },
      decide: (state, data, context) => [...meet(state, 'close', context), draft('closed', withReason(state, data))],
    },
  },
  evolve: {
    'fed-back': (state) => ({ ...state, awaiting: 'result' }),
    reopened: (state, { data }) => ({
      ...state,
      acknowledged: false,
      plan: { ...state.plan, state: 'none', finishAt: null },
      awaiting: null,
      resultAccepted: false,
      managerOnly: state.managerOnly || data.toManager,
    }),
  },
  react: {
    resolved: (_event, state) =>
      ['survey', 'plan', 'measure', 'part', 'owner-confirm', 'owner-decision'].flatMap((kind) =>
        cancel(openOf(state, kind), 'resolved'),
      ),
    'fed-back': ({ data }, state, context) => [
      ...askOwner(state, 'result', context),
      draft('satisfaction-asked', {}),
      ...enter(state, 'review', 'resident'),
      notify(state, { template: 'result-fed-back', to: { kind: 'resident' }, text: data.written }),
    ],
    reopened: (_event, state, context) => [
      ...enter(state, state.priority === null ? 'received' : 'classified', 'us'),
      ...setClocks(state, context),
      ...(state.priority === null ? [] : reassign(state)),
    ],
  },
};

/** Who could not be reached is counted apart, as in the other families. */
function withReason({ callback }: ComplaintState, data: CommandData['close']): EventData['closed'] {
  return callback.settled === 'unreachable' ? { ...data, reason: 'unreachable' } : data;
}

/** The departments of the classification begin anew; a manager may change them by `assign-department`. */
function reassign(state: ComplaintState) {
  const row = state.policy.classification.find((candidate) => candidate.subtype === state.subtype);
  return (row?.departments ?? ['customer_service']).map((department) =>
    draft('part-assigned', { department, task: null }),
  );
}

import { FRONT_DESK, type Role } from '../actor';
import { cancel, notify, openObligations } from '../book';
import { draft, type Draft, type TextRef } from '../event';
import { refuse, type Slice } from '../family';
import { follows } from '../rules';
import type { CaseState } from '../state';
import { notAroundCallback } from './callback-owed';
import { CLOSED_STAGES, enter, notClosed } from './stage';

declare module '../event' {
  interface EventData {
    /** The work is done. */
    resolved: Record<string, never>;
    withdrawn: { readonly reason: TextRef };
    closed: {
      readonly rootCause?: TextRef;
      readonly preventiveAction?: TextRef;
      readonly similarRisksChecked?: boolean;
      /** Why it ends; left out where somebody closed it in the usual way. */
      readonly reason?: 'unreachable' | 'unsatisfied';
      readonly note?: TextRef;
    };
    reopened: {
      readonly cause: ReopenCause;
      readonly reason: TextRef | null;
      readonly count: number;
      readonly toManager: boolean;
    };
    archived: Record<string, never>;
  }
  interface CommandData {
    withdraw: { readonly reason: TextRef };
    reopen: { readonly reason: TextRef };
  }
}

export type ReopenCause = 'command' | 'result-rejected' | 'callback' | 'rated' | 'child-reopened';

export interface EndingRules {
  readonly withdraw: readonly Role[];
  readonly reopen: readonly Role[];
  /** Whether a resident waits for its end. */
  readonly tellsResident: boolean;
}

/**
 * How cases end and begin again. A closed case sleeps until the time for reopening is over (policy `reopen.within`),
 * then it is archived and its workflow ends. Each reopening is an episode with new clocks; the report time stays.
 */
export const endingBy = ({ withdraw, reopen, tellsResident }: EndingRules): Slice => ({
  commands: {
    withdraw: {
      roles: withdraw,
      guard: (state) =>
        notClosed(state) ??
        (follows(state, 'nothing-is-withdrawn-around-a-callback') ? notAroundCallback(state) : null),
      decide: (_state, { reason }) => [draft('withdrawn', { reason })],
    },
    reopen: {
      roles: reopen,
      guard: (state) =>
        CLOSED_STAGES.includes(state.stage)
          ? null
          : refuse('not-allowed-now', { stage: state.stage, allowed: CLOSED_STAGES }),
      decide: (state, { reason }) => [reopening(state, 'command', reason)],
    },
  },
  evolve: {
    withdrawn: (state, { at }) => ({ ...state, closedAt: at, pause: null }),
    closed: (state, { at }) => ({ ...state, closedAt: at, pause: null }),
    reopened: (state, { data, at }) => ({
      ...state,
      episode: state.episode + 1,
      episodeStart: at,
      reopenCount: data.count,
      closedAt: null,
      pause: null,
      pauses: [],
      outage: null,
      plannedFinish: null,
      parts: {},
      progress: { ...state.progress, lastAt: null },
    }),
    archived: (state) => ({ ...state, ended: true }),
  },
  react: {
    withdrawn: (_event, state) => [
      ...cancel(openObligations(state), 'withdrawn'),
      ...enter(state, 'withdrawn', 'nobody'),
      notify(state, {
        template: 'case-withdrawn',
        to: { kind: 'role', role: 'senior_cs_supervisor', department: null },
      }),
    ],
    closed: (_event, state) => [
      ...cancel(openObligations(state), 'closed'),
      ...enter(state, 'closed', 'nobody'),
      ...(tellsResident ? [notify(state, { template: 'case-closed', to: { kind: 'resident' } })] : []),
    ],
    reopened: ({ data }, state) => {
      const role = data.toManager ? 'manager' : 'senior_cs_supervisor';
      return [
        // Promises outlive an episode, every other clock begins anew.
        ...cancel(
          openObligations(state).filter((obligation) => obligation.kind !== 'promise'),
          'reopened',
        ),
        notify(state, {
          template: data.toManager ? 'reopened-to-manager' : 'case-reopened',
          to: { kind: 'role', role, department: null },
          args: { count: data.count },
          text: data.reason,
        }),
      ];
    },
  },
  moments: (state) =>
    state.closedAt === null ? [] : [{ at: state.closedAt + state.policy.reopen.within, purpose: 'archive' }],
  wake: {
    archive: () => [draft('archived', {})],
  },
});

/** Of what a resident has reported. */
export const ending: Slice = endingBy({
  withdraw: [...FRONT_DESK, 'resident'],
  reopen: [...FRONT_DESK, 'quality', 'resident'],
  tellsResident: true,
});

export function reopening(state: CaseState, cause: ReopenCause, reason: TextRef | null): Draft {
  const count = state.reopenCount + 1;
  return draft('reopened', { cause, reason, count, toManager: count >= state.policy.reopen.managerFrom });
}

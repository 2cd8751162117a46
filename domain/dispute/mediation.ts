import { FRONT_DESK } from '../actor';
import { cancel, meet, notify, openOf } from '../book';
import { draft, type Draft, type TextRef } from '../event';
import { isRefusal, refuse, type Context, type Refusal, type Slice } from '../family';
import type { Instant } from '../instant';
import { setClock } from '../slices/clocks';
import { receiveAbout } from '../slices/intake';
import { takeIfFree, takenBy } from '../slices/ownership';
import { makePromises, openPromises, type NewPromise } from '../slices/promises';
import { enter, onlyIn, type Stages } from '../slices/stage';
import { DISPUTE_CLOCKS } from './policy';
import { PARTIES, type DisputeOpening, type DisputeState, type Party } from './state';

declare module '../event' {
  interface EventData {
    'parties-named': { readonly otherParty: TextRef };
    'meeting-arranged': { readonly meetingAt: Instant; readonly place: TextRef | null };
    'meeting-recorded': { readonly number: number; readonly minutes: TextRef; readonly attended: readonly Party[] };
    'dispute-settled': { readonly outcome: DisputeOutcome; readonly summary: TextRef };
  }
  interface CommandData {
    'arrange-meeting': { readonly meetingAt: Instant; readonly place: TextRef | null };
    'record-meeting': {
      readonly minutes: TextRef;
      readonly attended: readonly Party[];
      /** What was agreed on: who of the staff does what by when. */
      readonly actions: readonly NewPromise[];
    };
    settle: { readonly outcome: DisputeOutcome; readonly summary: TextRef };
  }
}

/** Both ends are counted (success of mediations). */
export type DisputeOutcome = 'agreed' | 'failed';

export const STAGES: Stages = {
  handling: ['received', 'arranged', 'mediated'],
  working: ['received', 'arranged', 'mediated'],
};

/** From the report over the three-party meeting to its outcome. */
export const mediation: Slice<DisputeState> = {
  commands: {
    'arrange-meeting': {
      roles: FRONT_DESK,
      guard: (state) => onlyIn(state, STAGES.handling),
      decide: (state, { meetingAt, place }, context) => {
        if (meetingAt <= context.at) return refuse('instant-not-ahead', { field: 'meetingAt', instant: meetingAt });
        return [...takeIfFree(state, context), draft('meeting-arranged', { meetingAt, place })];
      },
    },
    'record-meeting': {
      roles: FRONT_DESK,
      field: true,
      guard: (state) => onlyIn(state, STAGES.handling),
      decide: (state, { minutes, attended, actions }, context, occurredAt) => {
        const made = makePromises(state, actions, context.at);
        if (isRefusal(made)) return made;
        const number = state.meetings + 1;
        return [
          ...takeIfFree(state, context),
          draft('meeting-recorded', { number, minutes, attended }, occurredAt),
          ...made,
        ];
      },
    },
    settle: {
      roles: FRONT_DESK,
      guard: (state) => {
        const refusal = onlyIn(state, STAGES.handling);
        if (refusal) return refusal;
        if (state.meetings === 0) return refuse('meeting-first', { stage: state.stage });
        const promised = openPromises(state);
        return promised.length > 0 ? refuse('promises-open', { promises: promised }) : null;
      },
      decide: (state, { outcome, summary }) => {
        // Who did not sit at the table has agreed to nothing.
        if (outcome === 'agreed' && !state.met) return refuse('meeting-first', { stage: state.stage });
        return [draft('dispute-settled', { outcome, summary })];
      },
    },
  },
  evolve: {
    'meeting-recorded': (state, { data }) => ({
      ...state,
      meetings: data.number,
      met: state.met || PARTIES.every((party) => data.attended.includes(party)),
    }),
    reopened: (state) => ({ ...state, meetings: 0, met: false }),
  },
  react: {
    received: (_event, state, context) => [
      ...takeIfFree(state, context),
      ...enter(state, 'received', 'us'),
      notify(state, { template: 'case-received', to: { kind: 'role', role: 'customer_service', department: null } }),
    ],
    'meeting-arranged': ({ data }, state, context) => [
      ...meet(state, 'acknowledge', context),
      ...(state.met ? [] : enter(state, 'arranged', 'outside')),
      notify(state, {
        template: 'meeting-arranged',
        to: { kind: 'resident' },
        args: { meetingAt: data.meetingAt },
        text: data.place,
      }),
    ],
    'meeting-recorded': (_event, state, context) => [
      ...meet(state, 'acknowledge', context),
      ...(state.met ? [...meet(state, 'meeting', context), ...enter(state, 'mediated', 'working')] : []),
    ],
    'dispute-settled': ({ data }, state) => [
      draft('resolved', {}),
      notify(state, {
        template: 'dispute-settled',
        to: { kind: 'resident' },
        args: { outcome: data.outcome },
        text: data.summary,
      }),
    ],
    resolved: (_event, state) => [...cancel(openOf(state, 'meeting'), 'resolved'), ...enter(state, 'callback', 'us')],
    reopened: (_event, state, context) => [...enter(state, 'received', 'us'), ...setClocks(state, context)],
  },
};

export function openDispute(state: DisputeState, opening: DisputeOpening, context: Context): Draft[] | Refusal {
  const received = receiveAbout(state, opening, state.policy.subjects);
  if (isRefusal(received)) return received;
  const { otherParty } = opening;
  return [
    received,
    ...(otherParty ? [draft('parties-named', { otherParty })] : []),
    ...setClocks(takenBy(state, context), context),
  ];
}

function setClocks(state: DisputeState, context: Context): Draft[] {
  const { all } = state.policy.clocks;
  return DISPUTE_CLOCKS.flatMap((kind) => setClock(state, { kind, rule: all[kind] }, context));
}

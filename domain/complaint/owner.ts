import { FRONT_DESK, MANAGERS } from '../actor';
import { cancel, meet, moveDue, notify, open, openOf } from '../book';
import { draft, type Draft, type TextRef } from '../event';
import { refuse, type Context, type Slice } from '../family';
import { follows } from '../rules';
import { callbackOwed } from '../slices/callback-owed';
import { openNext } from '../slices/clocks';
import { reopening } from '../slices/ending';
import { UNSATISFIED } from '../slices/satisfaction';
import { enter, notClosed } from '../slices/stage';
import type { ComplaintState } from './state';

declare module '../event' {
  interface EventData {
    'owner-answered': Answer & { readonly score: number | null; readonly comment: TextRef | null };
    /** A manager in the owner's place, after three reminders. */
    'decided-for-owner': Answer & { readonly reason: TextRef };
  }
  interface CommandData {
    'owner-answer': {
      readonly accepted: boolean;
      /** 1 (worst) to 5 (best); asked with the result. */
      readonly score: number | null;
      readonly comment: TextRef | null;
    };
    'decide-for-owner': { readonly accepted: boolean; readonly reason: TextRef };
  }
}

interface Answer {
  readonly subject: 'plan' | 'result';
  readonly accepted: boolean;
  /** With a result; left out where a manager decides. */
  readonly score?: number | null;
}

/**
 * The owner accepts or rejects the plan and the result; who never answers is reminded, then a manager decides. A result
 * that he accepts with a score of at most 2 comes back as one that he rejects does (CMP-073).
 */
export const owner: Slice<ComplaintState> = {
  commands: {
    'owner-answer': {
      roles: [...FRONT_DESK, 'resident'],
      guard: (state) =>
        notClosed(state) ?? (state.awaiting === null ? refuse('nothing-to-answer', { stage: state.stage }) : null),
      decide: (state, { accepted, score, comment }) => {
        if (state.awaiting === null) return refuse('nothing-to-answer', { stage: state.stage });
        if (score !== null && state.awaiting === 'plan') return refuse('score-with-result-only', { field: 'score' });
        return [draft('owner-answered', { subject: state.awaiting, accepted, score, comment })];
      },
    },
    'decide-for-owner': {
      roles: MANAGERS,
      guard: (state) => (openOf(state, 'owner-decision').length > 0 ? null : refuse('owner-may-still-answer', {})),
      decide: (state, { accepted, reason }) => {
        if (state.awaiting === null) return refuse('nothing-to-answer', { stage: state.stage });
        return [draft('decided-for-owner', { subject: state.awaiting, accepted, reason })];
      },
    },
  },
  evolve: {
    'owner-answered': (state, { data }) => answer(state, data),
    'decided-for-owner': (state, { data }) => answer(state, data),
  },
  react: {
    'owner-answered': ({ data }, state, context) => [
      ...meet(state, 'owner-confirm', context),
      ...cancel(openOf(state, 'owner-decision'), 'owner-answered'),
      ...(data.score === null ? [] : [draft('satisfaction-answered', { score: data.score })]),
      ...calledBack(state, data, context),
      ...consequences(state, data, data.comment, context),
    ],
    'decided-for-owner': ({ data }, state, context) => [
      ...(data.subject === 'result' ? cancel(openOf(state, 'callback'), 'decided-for-owner') : []),
      ...meet(state, 'owner-decision', context),
      ...cancel(openOf(state, 'owner-confirm'), 'decided-for-owner'),
      ...consequences(state, data, data.reason, context),
    ],
    'obligation-missed': ({ data }, state, context) => {
      if (state.obligations[data.obligation]?.kind !== 'owner-confirm') return [];
      const { rule } = state.policy.ownerDecision;
      const key = state.awaiting === 'plan' ? `plan:${state.plan.count}` : 'result';
      return [
        ...open(state, { kind: 'owner-decision', key, rule, start: data.dueAt }, context),
        notify(state, {
          template: 'owner-decision-needed',
          to: { kind: 'role', role: 'manager', department: null },
          args: { subject: state.awaiting ?? 'result' },
        }),
      ];
    },
  },
};

function answer(state: ComplaintState, { subject, accepted }: Answer): ComplaintState {
  if (subject === 'result') return { ...state, awaiting: null, resultAccepted: accepted };
  const plan = { ...state.plan, state: accepted ? ('accepted' as const) : ('rejected' as const) };
  return { ...state, awaiting: null, plan, plannedFinish: accepted ? state.plan.finishAt : state.plannedFinish };
}

/**
 * His answer to somebody who did not do the work is what the callback would have asked for; as there, it settles
 * nothing where it reopens the case.
 */
function calledBack(state: ComplaintState, answered: Answer, context: Context): Draft[] {
  if (answered.subject !== 'result' || !answered.accepted || !callbackOwed(state)) return [];
  if (state.callback.didWork.includes(context.by.id)) return [];
  const met = meet(state, 'callback', context);
  return reopensByScore(state, answered) ? met : [...met, draft('callback-settled', { reason: 'satisfied' })];
}

/** He takes the result, and is not satisfied with it. */
function reopensByScore(state: ComplaintState, { subject, accepted, score }: Answer): boolean {
  if (subject !== 'result' || !accepted || score === undefined || score === null) return false;
  return score <= UNSATISFIED && follows(state, 'low-score-with-the-result-reopens');
}

function consequences(state: ComplaintState, data: Answer, text: TextRef | null, context: Context): Draft[] {
  if (data.subject === 'plan') return data.accepted ? planAccepted(state, context) : planRejected(state, context);
  if (!data.accepted) return [reopening(state, 'result-rejected', text)];
  return reopensByScore(state, data) ? [reopening(state, 'rated', text)] : enter(state, 'review', 'us');
}

/** policies.md: resolve in 24 h, and where a plan is owed by the date of the confirmed one. */
function planAccepted(state: ComplaintState, context: Context): Draft[] {
  const { finishAt } = state.plan;
  if (finishAt === null) return [];
  const owesPlan = state.policy.clocks[state.priority ?? 'unclassified'].plan !== undefined;
  const moved = owesPlan ? [...openOf(state, 'resolve'), ...openOf(state, 'part')] : [];
  return [
    ...moved.flatMap((obligation) => moveDue(state, obligation, finishAt, 'plan-confirmed', context)),
    ...enter(state, 'handling', 'working'),
    ...tellOwner(state, 'accepted'),
  ];
}

/** CMP-059: a rejected plan goes back to plan making, with the plan's own limit from now. */
function planRejected(state: ComplaintState, context: Context): Draft[] {
  const rule = state.policy.clocks[state.priority ?? 'unclassified'].plan;
  return [
    ...(rule ? openNext(state, { kind: 'plan', rule, start: context.at }, context) : []),
    ...enter(state, 'handling', 'us'),
    ...tellOwner(state, 'rejected'),
  ];
}

function tellOwner(state: ComplaintState, outcome: 'accepted' | 'rejected'): Draft[] {
  if (state.owner === null) return [];
  return [notify(state, { template: 'plan-answered', to: { kind: 'person', id: state.owner }, args: { outcome } })];
}

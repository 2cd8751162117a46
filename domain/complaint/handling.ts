import { FRONT_DESK, STAFF } from '../actor';
import { meet, notify, open } from '../book';
import { draft, type Draft, type TextRef } from '../event';
import { refuse, type Context, type Refusal, type Slice } from '../family';
import type { Instant } from '../instant';
import { takeIfFree } from '../slices/ownership';
import { enter, onlyIn } from '../slices/stage';
import { owes } from '../slices/clocks';
import { STAGES } from './stages';
import type { ComplaintState } from './state';

declare module '../event' {
  interface EventData {
    acknowledged: { readonly note: TextRef | null };
    'measure-set': {
      readonly measure: TextRef;
      readonly dueAt: Instant;
      readonly notice: TextRef;
      readonly places: readonly string[];
    };
    'test-result-recorded': { readonly agency: string; readonly result: TextRef; readonly plan: TextRef };
  }
  interface CommandData {
    acknowledge: { readonly note: TextRef | null };
    'set-measure': {
      readonly measure: TextRef;
      readonly dueAt: Instant;
      readonly notice: TextRef;
      readonly places: readonly string[];
    };
    'record-test-result': { readonly agency: string; readonly result: TextRef; readonly plan: TextRef };
  }
}

/** What is done about a complaint between its classification and its resolution (CMP-024 … CMP-064). */
export const handling: Slice<ComplaintState> = {
  commands: {
    acknowledge: {
      roles: STAFF,
      guard: (state) =>
        onlyIn(state, STAGES.handling) ??
        (state.acknowledged ? refuse('already-acknowledged', { stage: state.stage }) : null),
      decide: (state, { note }, context) => [draft('acknowledged', { note }), ...takeIfFree(state, context)],
    },
    survey: {
      roles: STAFF,
      field: true,
      guard: (state) => onlyIn(state, STAGES.working),
      decide: (_state, { findings, plan, finishAt }, _context, occurredAt) => {
        // The owner is asked about a plan, so it is proposed on its own.
        if (plan ?? finishAt ?? null) return refuse('plan-is-proposed', { field: plan ? 'plan' : 'finishAt' });
        return [draft('surveyed', { findings }, occurredAt)];
      },
    },
    'propose-plan': {
      roles: STAFF,
      guard: (state) =>
        onlyIn(state, STAGES.working) ??
        (owes(state, 'survey') ? refuse('survey-first', { stage: state.stage }) : null) ??
        (state.awaiting === null ? null : refuse('owner-has-not-answered', { subject: state.awaiting })),
      decide: (state, { cause, plan, finishAt }, { at }) => {
        if (finishAt <= at) return refuse('instant-not-ahead', { field: 'finishAt', instant: finishAt });
        return [draft('plan-proposed', { number: state.plan.count + 1, cause, plan, finishAt })];
      },
    },
    'set-measure': {
      roles: FRONT_DESK,
      guard: (state) => onlyIn(state, STAGES.working),
      decide: (_state, { measure, dueAt, notice, places }, { at }) => {
        if (dueAt <= at) return refuse('instant-not-ahead', { field: 'dueAt', instant: dueAt });
        return [draft('measure-set', { measure, dueAt, notice, places })];
      },
    },
    'record-test-result': {
      roles: STAFF,
      guard: (state) => (owes(state, 'test-result') ? null : refuse('nothing-owed', { kind: 'test-result' })),
      decide: (_state, { agency, result, plan }) => [draft('test-result-recorded', { agency, result, plan })],
    },
  },
  evolve: {
    acknowledged: (state) => ({ ...state, acknowledged: true }),
    surveyed: (state) => ({ ...state, acknowledged: true }),
    'plan-proposed': (state, { data }) => ({
      ...state,
      plan: { count: data.number, state: 'proposed', finishAt: data.finishAt },
      awaiting: 'plan',
    }),
    'measure-set': (state, { data }) => ({ ...state, plannedFinish: data.dueAt }),
    // Work that is done was started, whether or not anybody said so, and its plan is no question any more.
    resolved: (state) => ({ ...state, acknowledged: true, awaiting: null }),
  },
  react: {
    acknowledged: (_event, state, context) => [
      ...started(state, context),
      notify(state, { template: 'case-acknowledged', to: { kind: 'resident' } }),
    ],
    surveyed: (_event, state, context) => [...started(state, context), ...meet(state, 'survey', context)],
    resolved: (_event, state, context) => meet(state, 'acknowledge', context),
    'plan-proposed': ({ data }, state, context) => [
      ...meet(state, 'plan', context),
      ...askOwner(state, `plan:${data.number}`, context),
      ...enter(state, 'handling', 'resident'),
      notify(state, {
        template: 'plan-proposed',
        to: { kind: 'resident' },
        args: { finishAt: data.finishAt },
        text: data.plan,
      }),
    ],
    'measure-set': ({ data }, state, context) => [
      ...meet(state, 'measure', context),
      ...enter(state, state.acknowledged ? 'handling' : state.stage, 'working'),
      notify(state, {
        template: 'measure-set',
        to: { kind: 'resident' },
        args: { dueAt: data.dueAt },
        text: data.measure,
      }),
      // The public notice names the measure and its date; the front desk posts it (CMP-062, CMP-064).
      notify(state, {
        template: 'notice-to-post',
        to: { kind: 'role', role: 'customer_service', department: null },
        args: { dueAt: data.dueAt, places: data.places.join(', ') },
        text: data.notice,
      }),
    ],
    'test-result-recorded': ({ data }, state, context) => [
      ...meet(state, 'test-result', context),
      notify(state, { template: 'test-result', to: { kind: 'resident' }, text: data.result }),
    ],
  },
};

function started(state: ComplaintState, context: Context): Draft[] {
  return [
    ...meet(state, 'acknowledge', context),
    ...(state.priority === null ? [] : enter(state, 'handling', 'working')),
  ];
}

/** The owner is asked: three reminders, then a manager decides in his place. */
export function askOwner(state: ComplaintState, key: string, context: Context): Draft[] {
  return open(state, { kind: 'owner-confirm', key, rule: state.policy.ownerConfirm.rule, start: context.at }, context);
}

/** CMP-058, CMP-059: an important complaint is surveyed, planned and confirmed before the work is called done. */
export function mayComplete(state: ComplaintState): Refusal | null {
  if (state.priority !== 'important') return null;
  if (owes(state, 'survey')) return refuse('survey-first', { stage: state.stage });
  return state.plan.state === 'accepted' ? null : refuse('plan-not-confirmed', { plan: state.plan.state });
}

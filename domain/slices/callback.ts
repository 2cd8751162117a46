import { FRONT_DESK, MANAGERS, type Role } from '../actor';
import { meet, notify, open } from '../book';
import { draft, type Draft, type EventType, type TextRef } from '../event';
import { refuse, type Context, type Refusal, type Slice } from '../family';
import type { CallbackPolicy } from '../policy';
import type { Callback, CaseState } from '../state';
import { localDateOf, localTimeOf, timeOfDay } from '../zone';
import { callbackOwed } from './callback-owed';
import { reopening } from './ending';
import { openPromises } from './promises';
import { UNSATISFIED } from './satisfaction';
import { onlyIn } from './stage';

declare module '../event' {
  interface EventData {
    'callback-attempted': { readonly number: number };
    'callback-answered': CallbackAnswer & { readonly round: 'first' | 'second' };
    'callback-unreachable': { readonly attempts: number };
    /** Nobody is to be called any more in this episode. */
    'callback-settled': { readonly reason: 'satisfied' | 'unreachable' };
  }
  interface CommandData {
    callback: CallbackAnswer;
    'second-callback': CallbackAnswer;
    /** Nobody answered the phone. */
    'callback-attempt': Record<string, never>;
    'close-unsatisfied': { readonly reason: TextRef };
  }
}

export interface CallbackAnswer {
  /** 1 (worst) to 5 (best). */
  readonly score: number;
  readonly solved: boolean;
  /** Whether the conduct on site was as it should be (REP-029); null when it was not asked. */
  readonly conduct: boolean | null;
  readonly comment: TextRef | null;
}

/** What a family says about its callbacks. */
export interface CallbackRules<S extends CaseState> {
  /** The stage in which the resident is called. */
  readonly stage: string;
  /** Events by which somebody takes part in the work: he does not make the call. */
  readonly work: readonly EventType[];
  /** Major or repeated (REP-019): the senior supervisor calls a second time. */
  readonly needsSecond: (state: S) => boolean;
  /** The resident is satisfied, or can't be reached: what follows. */
  readonly settled: (state: S, reason: 'satisfied' | 'unreachable') => readonly Draft[];
}

const SECOND_CALLERS: readonly Role[] = ['senior_cs_supervisor', ...MANAGERS];

/**
 * The callback (CMP-072, REP-017): within 48 h of completion somebody who did not do the work asks whether it is solved
 * and how satisfied the resident is. "Not solved", or a score of at most 2, reopens the case. Nothing closes around it.
 */
export function callback<S extends CaseState>(rules: CallbackRules<S>): Slice<S> {
  const { stage, work, needsSecond, settled } = rules;
  return {
    commands: {
      callback: {
        roles: [...FRONT_DESK, 'resident'],
        guard: (state, context) => mayCall(state, stage, context, 'first'),
        decide: (state, answer) => answered(state, answer, 'first'),
      },
      'second-callback': {
        roles: SECOND_CALLERS,
        guard: (state, context) => mayCall(state, stage, context, 'second'),
        decide: (state, answer) => answered(state, answer, 'second'),
      },
      'callback-attempt': {
        roles: FRONT_DESK,
        guard: (state, context) =>
          state.callback.round === 'second' && !SECOND_CALLERS.includes(context.by.role)
            ? refuse('second-callback-by-supervisor', { allowed: SECOND_CALLERS })
            : mayCall(state, stage, context, state.callback.round),
        decide: (state, _data, { at }) => attempt(state, at),
      },
      'close-unsatisfied': {
        roles: MANAGERS,
        guard: (state) => {
          const refusal =
            onlyIn(state, [stage]) ?? (callbackOwed(state) ? null : refuse('nothing-owed', { kind: 'callback' }));
          const promised = openPromises(state);
          return refusal ?? (promised.length > 0 ? refuse('promises-open', { promises: promised }) : null);
        },
        decide: (state, { reason }, context) => [
          ...meet(state, 'close', context),
          draft('closed', { reason: 'unsatisfied', note: reason }),
        ],
      },
    },
    evolve: {
      'callback-attempted': (state, { at }) => edit(state, { attempts: [...state.callback.attempts, at] }),
      'callback-answered': (state) => edit(state, { attempts: [] }),
      'obligation-opened': (state, { data: { obligation } }) =>
        obligation.kind === 'callback' || obligation.kind === 'second-callback'
          ? edit(state, { round: obligation.kind === 'callback' ? 'first' : 'second' })
          : state,
      'callback-settled': (state, { data }) => edit(state, { round: 'done', settled: data.reason }),
      reopened: (state) => edit(state, { round: 'none', attempts: [], settled: null, didWork: [] }),
      ...Object.fromEntries(work.map((type) => [type, worked])),
    },
    react: {
      resolved: (_event, state, context) => {
        const { callback: policy } = state.policy;
        if (!policy) return [];
        return [
          ...open(state, { kind: 'callback', rule: policy.rule, start: context.at }, context),
          draft('satisfaction-asked', {}),
        ];
      },
      'callback-answered': ({ data }, state, context) => [
        ...(data.round === 'first' ? meet(state, 'callback', context) : meet(state, 'second-callback', context)),
        draft('satisfaction-answered', { score: data.score }),
        ...consequences(state, data, context),
      ],
      'callback-unreachable': (_event, state, context) => [
        ...meet(state, 'callback', context),
        ...meet(state, 'second-callback', context),
        draft('callback-settled', { reason: 'unreachable' }),
      ],
      'callback-settled': ({ data }, state) => settled(state, data.reason),
    },
  };

  function worked(state: S, event: { readonly by: { readonly id: string } }): S {
    const { didWork } = state.callback;
    return didWork.includes(event.by.id) ? state : edit(state, { didWork: [...didWork, event.by.id] });
  }

  function consequences(
    state: S,
    { solved, score, comment, round }: CallbackAnswer & { readonly round: 'first' | 'second' },
    context: Context,
  ): readonly Draft[] {
    if (!solved || score <= UNSATISFIED) return [reopening(state, 'callback', comment)];
    const rule = state.policy.callback?.secondRule;
    if (round === 'second' || !needsSecond(state) || !rule) return [draft('callback-settled', { reason: 'satisfied' })];
    return [
      ...open(state, { kind: 'second-callback', rule, start: context.at }, context),
      notify(state, {
        template: 'second-callback-owed',
        to: { kind: 'role', role: 'senior_cs_supervisor', department: null },
      }),
    ];
  }
}

function answered(state: CaseState, answer: CallbackAnswer, round: 'first' | 'second'): readonly Draft[] {
  return [draft('callback-answered', { ...answer, round })];
}

function mayCall(state: CaseState, stage: string, { by, at }: Context, round: Callback['round']): Refusal | null {
  const now = onlyIn(state, [stage]);
  if (now) return now;
  if (!state.policy.callback || !callbackOwed(state)) return refuse('nothing-owed', { kind: 'callback' });
  if (state.callback.round !== round) {
    return refuse('callback-round', { round: state.callback.round, allowed: SECOND_CALLERS });
  }
  if (by.role === 'resident') return null;
  if (state.callback.didWork.includes(by.id)) return refuse('did-the-work', { staff: by.id });
  return inHours(state, state.policy.callback, at);
}

function inHours(state: CaseState, { from, to }: CallbackPolicy, at: number): Refusal | null {
  const now = localTimeOf(at, state.project.zone).timeOfDay;
  return now >= timeOfDay(from) && now < timeOfDay(to) ? null : refuse('outside-callback-hours', { from, to });
}

/** The attempt that fulfils the rule (three on two days at least) ends the search. */
function attempt(state: CaseState, at: number): readonly Draft[] {
  const tried = [...state.callback.attempts, at];
  const attempted = draft('callback-attempted', { number: tried.length });
  const policy = state.policy.callback;
  if (!policy) return [attempted];
  const days = new Set(tried.map((instant) => localDateOf(instant, state.project.zone)));
  const enough = tried.length >= policy.attempts && days.size >= policy.days;
  return enough ? [attempted, draft('callback-unreachable', { attempts: tried.length })] : [attempted];
}

function edit<S extends CaseState>(state: S, change: Partial<Callback>): S {
  return { ...state, callback: { ...state.callback, ...change } };
}

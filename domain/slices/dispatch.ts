import { FIELD, STAFF, SUPERVISORS, type Actor, type Role } from '../actor';
import { cancel, meet, moveOwner, notify, open, openObligations, openOf, owedBy } from '../book';
import { draft, type Draft, type TextRef } from '../event';
import { refuse, type Context, type Refusal, type Slice } from '../family';
import type { Instant } from '../instant';
import type { CaseState, Job } from '../state';
import { isRelieved } from './relieving';
import { onlyIn, type Stages } from './stage';

declare module '../event' {
  interface EventData {
    'job-opened': { readonly post: string; readonly skills: readonly string[]; readonly department: string };
    offered: {
      readonly person: string;
      readonly number: number;
      readonly because: string;
      readonly dutyUntil: Instant | null;
    };
    'offer-declined': { readonly person: string; readonly reason: TextRef | null };
    'offer-lapsed': { readonly person: string };
    /** He is not there any more to accept it. */
    'offer-withdrawn': { readonly person: string; readonly reason: TextRef };
    /** Nobody is left to offer it to: the supervisor has it. */
    'offers-exhausted': Record<string, never>;
    assigned: {
      readonly person: string;
      readonly from: string | null;
      readonly how: 'accepted' | 'grabbed' | 'assigned' | 'shift-change';
      readonly dutyUntil: Instant | null;
    };
    released: { readonly person: string; readonly reason: TextRef };
    'duty-known': { readonly person: string; readonly dutyUntil: Instant | null };
  }
  interface CommandData {
    accept: Record<string, never>;
    decline: { readonly reason: TextRef | null };
    /** Somebody of the field takes a job that is with nobody. */
    grab: Record<string, never>;
    assign: { readonly to: string };
    release: { readonly reason: TextRef };
    /** By the system: whom the rules and the roster of this moment name. */
    'offer-job': {
      readonly person: string | null;
      readonly because: string;
      readonly dutyUntil: Instant | null;
      /** The post that was asked for; left out by former releases. */
      readonly post?: string;
    };
    /** By the system: the end of somebody's shift, and who takes over when it is over. */
    'tell-duty': { readonly person: string; readonly dutyUntil: Instant | null; readonly successor: string | null };
  }
  interface EffectData {
    /** Whom to offer the job to, by post, skills, zone, roster and load of this moment. */
    'find-assignee': {
      readonly post: string;
      readonly skills: readonly string[];
      readonly department: string;
      readonly building: string | null;
      readonly passed: readonly string[];
    };
    /** Until when somebody is on duty; `relieve`: when he is not any more, who takes over. */
    'look-up-duty': EffectData['find-assignee'] & { readonly person: string; readonly relieve: boolean };
  }
}

const DISPATCHERS: readonly Role[] = ['customer_service', ...SUPERVISORS];

export interface DispatchRules<S extends CaseState> {
  /** He is at work on the spot: the end of his shift does not take the job from him. */
  readonly onSite: (state: S) => boolean;
}

/**
 * Who gets a job (REP-007, REP-016): it is offered to one person, to the next when he declines or lets it lapse, and to
 * the supervisor when nobody is left. The case decides, one command after the other, so a job never has two people.
 */
export function dispatch<S extends CaseState>(stages: Stages, rules: DispatchRules<S>): Slice<S> {
  const find = (state: S): Draft[] => {
    const query = queryOf(state);
    return query ? [draft('effect-requested', { effect: { kind: 'find-assignee', ...query } })] : [];
  };
  const lookUp = (state: S, relieve: boolean): Draft[] => {
    const query = queryOf(state);
    const person = state.job?.assignee;
    if (!query || !person) return [];
    return [draft('effect-requested', { effect: { kind: 'look-up-duty', ...query, person, relieve } })];
  };
  return {
    commands: {
      accept: {
        roles: STAFF,
        guard: (state, { by }) => onlyIn(state, stages.handling) ?? onlyOffered(state, by),
        decide: (state, _data, { by }) => [
          draft('assigned', { person: by.id, from: null, how: 'accepted', dutyUntil: state.job?.dutyUntil ?? null }),
        ],
      },
      decline: {
        roles: STAFF,
        guard: (state, { by }) => onlyIn(state, stages.handling) ?? onlyOffered(state, by),
        decide: (_state, { reason }, { by }) => [draft('offer-declined', { person: by.id, reason })],
      },
      grab: {
        roles: FIELD,
        guard: (state) => onlyIn(state, stages.handling) ?? free(state),
        decide: (_state, _data, { by }) => [
          draft('assigned', { person: by.id, from: null, how: 'grabbed', dutyUntil: null }),
        ],
      },
      assign: {
        roles: DISPATCHERS,
        guard: (state) => onlyIn(state, stages.handling),
        decide: (state, { to }) => {
          const from = state.job?.assignee ?? null;
          if (to === from) return refuse('already-assigned', { person: to });
          return [draft('assigned', { person: to, from, how: 'assigned', dutyUntil: null })];
        },
      },
      release: {
        roles: STAFF,
        guard: (state, { by }) => onlyIn(state, stages.handling) ?? onlyAssignee(state, by),
        decide: (state, { reason }) => [draft('released', { person: state.job?.assignee ?? '', reason })],
      },
      'offer-job': {
        roles: ['system'],
        guard: (state) => onlyIn(state, stages.handling) ?? free(state),
        decide: (state, { person, because, dutyUntil, post }) => {
          // The fault was graded anew meanwhile, and the answer to the next question is on its way.
          if (post !== undefined && post !== state.job?.post) return refuse('job-changed', { post });
          if (person === null) return [draft('offers-exhausted', {})];
          return [draft('offered', { person, number: (state.job?.offers ?? 0) + 1, because, dutyUntil })];
        },
      },
      'tell-duty': {
        roles: ['system'],
        guard: (state) => onlyIn(state, stages.handling),
        decide: (state, { person, dutyUntil, successor }) => {
          if (state.job?.assignee !== person) return refuse('not-the-assignee', { person: state.job?.assignee ?? '' });
          if (successor === null || rules.onSite(state)) return [draft('duty-known', { person, dutyUntil })];
          return [draft('assigned', { person: successor, from: person, how: 'shift-change', dutyUntil: null })];
        },
      },
    },
    evolve: {
      'job-opened': (state, { data }) => ({ ...state, job: { ...data, ...NOBODY, offers: state.job?.offers ?? 0 } }),
      offered: (state, { data }) =>
        edit(state, { offered: data.person, offers: data.number, dutyUntil: data.dutyUntil, exhausted: false }),
      'offer-declined': (state, { data }) => pass(state, data.person),
      'offer-lapsed': (state, { data }) => pass(state, data.person),
      'offer-withdrawn': (state, { data }) => pass(state, data.person),
      'offers-exhausted': (state) => edit(state, { exhausted: true }),
      assigned: (state, { data }) =>
        edit(state, { assignee: data.person, offered: null, exhausted: false, dutyUntil: data.dutyUntil }),
      released: (state, { data }) => pass(state, data.person),
      'duty-known': (state, { data }) => edit(state, { dutyUntil: data.dutyUntil }),
      reopened: (state) => edit(state, NOBODY),
    },
    react: {
      'job-opened': (_event, state) => [
        ...cancel(openOf(state, 'offer'), 'reclassified'),
        ...handOn(state),
        ...find(state),
      ],
      offered: ({ data, at }, state, context) => [
        ...openOffer(state, data, at, context),
        notify(state, {
          template: 'job-offered',
          to: { kind: 'person', id: data.person },
          args: { number: data.number },
        }),
      ],
      'offer-declined': (_event, state) => [...cancel(openOf(state, 'offer'), 'declined'), ...find(state)],
      'offer-lapsed': (_event, state) => [...cancel(openOf(state, 'offer'), 'lapsed'), ...find(state)],
      'offer-withdrawn': (_event, state) => [...cancel(openOf(state, 'offer'), 'handed-over'), ...find(state)],
      relieved: ({ data }, state) => {
        const { from, to: person, reason } = data;
        if (!state.job || !stages.handling.includes(state.stage)) return [];
        const whoHasIt = owedBy(state, { as: 'assignee' });
        if (isRelieved(data, whoHasIt)) return [draft('assigned', { person, from, how: 'assigned', dutyUntil: null })];
        const asked = { ...whoHasIt, person: state.job.offered };
        return isRelieved(data, asked) ? [draft('offer-withdrawn', { person: from, reason })] : [];
      },
      'obligation-missed': ({ data }, state) => {
        const offer = state.obligations[data.obligation];
        if (offer?.kind !== 'offer' || offer.owedBy.person === null) return [];
        return [draft('offer-lapsed', { person: offer.owedBy.person })];
      },
      'offers-exhausted': (_event, state) => [
        ...moveOwner(state, openOf(state, 'dispatch'), owedBy(state, { as: 'role', role: 'senior_cs_supervisor' })),
        notify(state, {
          template: 'nobody-to-dispatch',
          to: { kind: 'role', role: 'senior_cs_supervisor', department: null },
        }),
      ],
      assigned: ({ data }, state, context) => [
        ...(data.how === 'accepted' ? meet(state, 'offer', context) : cancel(openOf(state, 'offer'), data.how)),
        ...meet(state, 'dispatch', context),
        ...handOn(state),
        ...(data.how === 'accepted' || data.how === 'grabbed'
          ? []
          : [
              notify(state, {
                template: data.how === 'assigned' ? 'job-assigned' : 'job-taken-over',
                to: { kind: 'person', id: data.person },
              }),
            ]),
        ...(data.how === 'accepted' ? [] : lookUp(state, false)),
      ],
      released: (_event, state) => [...handOn(state), ...find(state)],
    },
    moments: ({ job, stage }) =>
      job && job.assignee !== null && job.dutyUntil !== null && stages.handling.includes(stage)
        ? [{ at: job.dutyUntil, purpose: 'shift-end' }]
        : [],
    wake: {
      // What is known of the shift is over; the roster of this moment says what comes now.
      'shift-end': (state) => [
        draft('duty-known', { person: state.job?.assignee ?? '', dutyUntil: null }),
        ...lookUp(state, true),
      ],
    },
  };
}

const NOBODY = { offered: null, passed: [], assignee: null, dutyUntil: null, exhausted: false } as const;

function queryOf(state: CaseState) {
  if (!state.job) return null;
  const { post, skills, department, passed } = state.job;
  return { post, skills, department, building: state.building, passed };
}

/** What whoever has the job owes is owed by him who has it now. */
function handOn(state: CaseState): Draft[] {
  const to = owedBy(state, { as: 'assignee' });
  const others = openObligations(state).filter(
    ({ owedBy: from }) => from.as === 'assignee' && (from.person !== to.person || from.department !== to.department),
  );
  return moveOwner(state, others, to);
}

function openOffer(
  state: CaseState,
  { person, number }: { readonly person: string; readonly number: number },
  at: Instant,
  context: Context,
): Draft[] {
  const policy = state.policy.dispatch;
  if (!policy) return [];
  const rule = state.priority === 'urgent' ? policy.offer.urgent : policy.offer.ordinary;
  const owed = { ...owedBy(state, { as: 'assignee' }), as: 'role', person } as const;
  return open(state, { kind: 'offer', key: String(number), rule, start: at, owedBy: owed }, context);
}

function onlyOffered(state: CaseState, by: Actor): Refusal | null {
  const offered = state.job?.offered ?? null;
  if (offered === by.id) return null;
  if (state.job?.assignee === by.id) return refuse('already-assigned', { person: by.id });
  return refuse('not-offered-to-you', { offered: offered ?? '' });
}

function onlyAssignee(state: CaseState, by: Actor): Refusal | null {
  const assignee = state.job?.assignee ?? null;
  if (assignee === null) return refuse('nobody-has-the-job', {});
  return assignee === by.id || SUPERVISORS.includes(by.role) ? null : refuse('not-the-assignee', { person: assignee });
}

/** A job that nobody has and that is offered to nobody. */
function free({ job }: CaseState): Refusal | null {
  if (!job) return refuse('nobody-has-the-job');
  if (job.assignee !== null) return refuse('already-assigned', { person: job.assignee });
  return job.offered === null ? null : refuse('offered-to-another', { offered: job.offered });
}

/** Whether the job is this person's, or his who supervises; the refusal when not. */
export function onlyWhoHasIt(state: CaseState, by: Actor): Refusal | null {
  return onlyAssignee(state, by);
}

function edit<S extends CaseState>(state: S, change: Partial<Job>): S {
  return state.job ? { ...state, job: { ...state.job, ...change } } : state;
}

function pass<S extends CaseState>(state: S, person: string): S {
  if (!state.job) return state;
  return edit(state, { offered: null, assignee: null, dutyUntil: null, passed: [...state.job.passed, person] });
}

import { STAFF } from '../actor';
import { cancel, meet, moveDue, notify, open, openOf } from '../book';
import { draft, type Draft, type TextRef } from '../event';
import { refuse, type Context, type Refusal, type Slice } from '../family';
import type { Instant } from '../instant';
import { follows } from '../rules';
import { onlyWhoHasIt } from '../slices/dispatch';
import { owes } from '../slices/clocks';
import { enter, onlyIn } from '../slices/stage';
import { ON_SITE, STAGES } from './stages';
import type { RepairState } from './state';

declare module '../event' {
  interface EventData {
    contacted: { readonly note: TextRef | null; readonly eta: Instant | null };
    departed: { readonly eta: Instant };
    'eta-moved': { readonly eta: Instant; readonly reason: TextRef };
    /** REP-028 … REP-030: what of the conduct on site was kept, by its codes. */
    'visit-started': { readonly checklist: readonly string[] };
    'visit-ended': { readonly siteCleared: boolean };
    'photos-added': { readonly files: readonly string[] };
    'photo-consent-set': { readonly consent: boolean };
    'work-completed': { readonly result: TextRef };
  }
  interface CommandData {
    contact: { readonly note: TextRef | null; readonly eta: Instant | null };
    depart: { readonly eta: Instant };
    'move-eta': { readonly eta: Instant; readonly reason: TextRef };
    arrive: { readonly checklist: readonly string[] };
    complete: { readonly result: TextRef; readonly siteCleared: boolean; readonly files: readonly string[] };
    'add-photos': { readonly files: readonly string[] };
    'set-photo-consent': { readonly consent: boolean };
  }
}

/** What whoever has the job does, from the first call to completion (REP-014 … REP-030). */
export const work: Slice<RepairState> = {
  commands: {
    contact: {
      roles: STAFF,
      field: true,
      guard: (state, { by }) => doing(state, by),
      decide: (_state, { note, eta }, { at }, occurredAt) =>
        notAhead(eta, at) ?? [draft('contacted', { note, eta }, occurredAt)],
    },
    depart: {
      roles: STAFF,
      field: true,
      guard: (state, { by }) =>
        doing(state, by) ?? (ON_SITE.includes(state.stage) ? refuse('already-there', { stage: state.stage }) : null),
      decide: (_state, { eta }, { at }, occurredAt) => notAhead(eta, at) ?? [draft('departed', { eta }, occurredAt)],
    },
    'move-eta': {
      roles: STAFF,
      guard: (state, { by }) =>
        doing(state, by) ?? (owes(state, 'eta') ? null : refuse('nothing-owed', { kind: 'eta' })),
      decide: (state, { eta, reason }, { at }) => {
        const owed = openOf(state, 'eta')[0];
        if (owed && at > owed.dueAt) return refuse('promise-already-broken', { promise: owed.id, dueAt: owed.dueAt });
        return notAhead(eta, at) ?? [draft('eta-moved', { eta, reason })];
      },
    },
    arrive: {
      roles: STAFF,
      field: true,
      guard: (state, { by }) =>
        doing(state, by) ?? (ON_SITE.includes(state.stage) ? refuse('already-there', { stage: state.stage }) : null),
      decide: (_state, { checklist }, _context, occurredAt) => [draft('visit-started', { checklist }, occurredAt)],
    },
    survey: {
      roles: STAFF,
      field: true,
      guard: (state, { by }) => doing(state, by) ?? onlyIn(state, ON_SITE),
      decide: (_state, { findings, plan, finishAt }, { at }, occurredAt) => {
        if (!plan) return refuse('plan-required', { field: 'plan' });
        if (finishAt === undefined || finishAt === null) return refuse('plan-required', { field: 'finishAt' });
        return notAhead(finishAt, at, 'finishAt') ?? [draft('surveyed', { findings, plan, finishAt }, occurredAt)];
      },
    },
    'propose-plan': {
      roles: STAFF,
      guard: (state, { by }) =>
        doing(state, by) ?? (owes(state, 'survey') ? refuse('survey-first', { stage: state.stage }) : null),
      decide: (state, { cause, plan, finishAt }, { at }) =>
        notAhead(finishAt, at, 'finishAt') ?? [
          draft('plan-proposed', { number: state.plan.count + 1, cause, plan, finishAt }),
        ],
    },
    'add-photos': {
      roles: STAFF,
      guard: (state, { by }) => doing(state, by),
      decide: (state, { files }) => withoutConsent(state, files) ?? [draft('photos-added', { files })],
    },
    'set-photo-consent': {
      roles: [...STAFF, 'resident'],
      guard: (state) => onlyIn(state, [...STAGES.handling, 'callback']),
      decide: (_state, { consent }) => [draft('photo-consent-set', { consent })],
    },
    complete: {
      roles: STAFF,
      field: true,
      guard: (state, { by }) =>
        doing(state, by) ??
        onlyIn(state, ON_SITE) ??
        (owes(state, 'survey') ? refuse('survey-first', { stage: state.stage }) : null),
      decide: (state, { result, siteCleared, files }, _context, occurredAt) => {
        if (!siteCleared) return refuse('site-not-cleared', { field: 'siteCleared' });
        const refused = withoutConsent(state, files);
        if (refused) return refused;
        return [
          ...(files.length > 0 ? [draft('photos-added', { files })] : []),
          draft('visit-ended', { siteCleared }),
          draft('work-completed', { result }, occurredAt),
        ];
      },
    },
  },
  evolve: {
    contacted: (state, { data }) => ({ ...state, eta: data.eta ?? state.eta }),
    departed: (state, { data }) => ({ ...state, eta: data.eta }),
    'eta-moved': (state, { data }) => ({ ...state, eta: data.eta }),
    surveyed: (state, { data }) => ({ ...planned(state, data.finishAt ?? null), plannedFinish: data.finishAt ?? null }),
    'plan-proposed': (state, { data }) => ({ ...planned(state, data.finishAt), plannedFinish: data.finishAt }),
    'photo-consent-set': (state, { data }) => ({ ...state, photoConsent: data.consent }),
    reopened: (state) => ({ ...state, eta: null, plan: { ...state.plan, state: 'none', finishAt: null } }),
  },
  react: {
    assigned: ({ data }, state) => {
      const former = data.from !== null && data.from !== data.person;
      if (former && isUnderWay(state)) return setOutAnew(state, 'dispatched');
      return state.stage === 'received' ? enter(state, 'dispatched', 'us') : [];
    },
    released: (_event, state) =>
      state.stage === 'dispatched' || isUnderWay(state) ? setOutAnew(state, 'received') : [],
    'job-opened': (_event, state) => (state.stage === 'received' ? [] : enter(state, 'received', 'us')),
    contacted: ({ data }, state, context) => [
      ...responded(state, context),
      ...meet(state, 'contact', context),
      ...(state.stage === 'dispatched' ? enter(state, 'contacted', 'us') : []),
      ...(data.eta === null ? [] : promiseArrival(state, data.eta, context)),
    ],
    departed: ({ data }, state, context) => [
      ...responded(state, context),
      ...enter(state, 'en-route', 'working'),
      ...promiseArrival(state, data.eta, context),
    ],
    'eta-moved': ({ data }, state, context) => promiseArrival(state, data.eta, context, data.reason),
    'visit-started': (_event, state, context) => [
      ...responded(state, context),
      // Who stands in the door has reached the resident.
      ...['contact', 'arrive', 'eta'].flatMap((kind) => meet(state, kind, context)),
      ...enter(state, 'arrived', 'working'),
      notify(state, { template: 'repair-arrived', to: { kind: 'resident' } }),
    ],
    surveyed: ({ data }, state, context) => [
      ...meet(state, 'survey', context),
      ...enter(state, 'working', 'working'),
      ...(data.finishAt === undefined ? [] : promiseFinish(state, data.finishAt, data.plan ?? null, context)),
    ],
    'plan-proposed': ({ data }, state, context) => promiseFinish(state, data.finishAt, data.plan, context),
    'work-completed': ({ data }, state, context) => [
      ...meet(state, 'resolve', context),
      draft('resolved', {}),
      notify(state, { template: 'repair-completed', to: { kind: 'resident' }, text: data.result }),
    ],
    resolved: (_event, state) => [
      // Work that is done needs no visit any more.
      ...['offer', 'contact', 'survey', 'arrive', 'eta', 'alarm-response'].flatMap((kind) =>
        cancel(openOf(state, kind), 'resolved'),
      ),
      ...enter(state, 'callback', 'us'),
    ],
  },
};

/** The job is in hand, and in the hand of whoever says so. */
function doing(state: RepairState, by: Context['by']): Refusal | null {
  return onlyIn(state, STAGES.handling) ?? onlyWhoHasIt(state, by);
}

function notAhead(instant: Instant | null, at: Instant, field = 'eta'): Refusal | null {
  return instant !== null && instant <= at ? refuse('instant-not-ahead', { field, instant }) : null;
}

function withoutConsent(state: RepairState, files: readonly string[]): Refusal | null {
  return files.length > 0 && !state.photoConsent ? refuse('photo-consent-required', { field: 'files' }) : null;
}

function planned(state: RepairState, finishAt: Instant | null): RepairState {
  if (finishAt === null) return state;
  return { ...state, plan: { count: state.plan.count + 1, state: 'proposed', finishAt } };
}

/** Whoever had the job has left, or is on the spot. */
function isUnderWay({ stage }: RepairState): boolean {
  return stage === 'en-route' || ON_SITE.includes(stage);
}

/**
 * The job is in other hands, or in none, and whoever has it now is not where the former one was. A resident who was
 * reached stays so (`contacted`). What was met stays met, and what was promised to him stands: an arrival and a finish
 * are clocks that go over to the new one (`slices/dispatch`), who keeps them, or moves them and says why.
 */
function setOutAnew(state: RepairState, to: 'received' | 'dispatched'): Draft[] {
  return follows(state, 'a-job-in-other-hands-sets-out-anew') ? enter(state, to, 'us') : [];
}

function responded(state: RepairState, context: Context): Draft[] {
  return meet(state, 'alarm-response', context);
}

/** An arrival that was promised is a clock, and a moved one is told with its reason. */
function promiseArrival(state: RepairState, eta: Instant, context: Context, reason: TextRef | null = null): Draft[] {
  const running = openOf(state, 'eta');
  const { rule } = state.policy.eta;
  const made = Object.values(state.obligations).filter((o) => o.kind === 'eta' && o.episode === state.episode).length;
  return [
    ...(running.length > 0
      ? running.flatMap((obligation) => moveDue(state, obligation, eta, 'promise-moved', context))
      : open(state, { kind: 'eta', key: String(made + 1), rule, start: context.at, dueAt: eta }, context)),
    notify(state, { template: 'repair-eta', to: { kind: 'resident' }, args: { eta }, text: reason }),
  ];
}

/** The finish that the plan names was told to the resident; it is what the daily update looks at. */
function promiseFinish(state: RepairState, finishAt: Instant, plan: TextRef | null, context: Context): Draft[] {
  const running = openOf(state, 'resolve');
  const { rule } = state.policy.finish;
  return [
    ...(running.length > 0
      ? running.flatMap((obligation) => moveDue(state, obligation, finishAt, 'promise-moved', context))
      : open(state, { kind: 'resolve', rule, start: context.at, dueAt: finishAt }, context)),
    notify(state, { template: 'repair-planned', to: { kind: 'resident' }, args: { finishAt }, text: plan }),
  ];
}

import { STAFF } from '../actor';
import { debtorOf, notify, openObligations, termsOf } from '../book';
import { draft, type Draft, type EventData, type Recipient } from '../event';
import { refuse, type Context, type Slice } from '../family';
import { rungToTell } from '../ladder';
import { pausesUntil, type Obligation, type ObligationMoment } from '../obligation';
import type { CaseState } from '../state';

/** What follows from a moment of an obligation that has come. */
export function momentDrafts(state: CaseState, moment: ObligationMoment, context: Context): Draft[] {
  const obligation = state.obligations[moment.obligation];
  if (!obligation) return [];
  switch (moment.purpose) {
    case 'warn':
      return [draft('obligation-warned', { obligation: obligation.id, fraction: obligation.warn[moment.index] ?? 0 })];
    case 'remind':
      return [
        draft('obligation-reminded', {
          obligation: obligation.id,
          count: moment.index + 1,
          of: obligation.remind?.times ?? 0,
        }),
      ];
    case 'miss':
      return [
        draft('obligation-missed', {
          obligation: obligation.id,
          dueAt: obligation.dueAt,
          again: obligation.missedAt !== null,
        }),
      ];
    case 'rung':
      return escalate(state, obligation, moment.index, 'time', context);
    case 'unacknowledged':
      return climb(state, obligation, context);
  }
}

function climb(state: CaseState, obligation: Obligation, context: Context): Draft[] {
  const { ladder } = termsOf(state, obligation);
  if (!ladder) return [];
  if (obligation.rung >= ladder.rungs.length - 1) {
    return [draft('ladder-exhausted', { obligation: obligation.id, rung: obligation.rung })];
  }
  return escalate(state, obligation, obligation.rung + 1, 'unacknowledged', context);
}

function escalate(
  state: CaseState,
  obligation: Obligation,
  wanted: number,
  cause: 'missed' | 'time' | 'unacknowledged',
  context: Context,
): Draft[] {
  const { ladder, zone } = termsOf(state, obligation);
  if (!ladder) return [];
  const rung = rungToTell(wanted, obligation, ladder, context.at, zone);
  const role = ladder.rungs[rung]?.role;
  return role ? [draft('escalated', { obligation: obligation.id, rung, role, cause })] : [];
}

function edit(state: CaseState, id: string, change: (obligation: Obligation) => Partial<Obligation>): CaseState {
  const obligation = state.obligations[id];
  if (!obligation) return state;
  return { ...state, obligations: { ...state.obligations, [id]: { ...obligation, ...change(obligation) } } };
}

/** The obligation book as a slice: warnings, misses and the ladder. Every family has it. */
export const obligations: Slice = {
  commands: {
    'acknowledge-escalation': {
      roles: STAFF,
      guard: (state) =>
        openObligations(state).some(unanswered) ? null : refuse('no-open-escalation', { stage: state.stage }),
      decide: (state, { obligation: id }) => {
        const obligation = state.obligations[id];
        if (!obligation) return refuse('obligation-unknown', { obligation: id });
        if (!unanswered(obligation)) return refuse('no-open-escalation', { stage: state.stage });
        return [draft('escalation-acknowledged', { obligation: id, rung: obligation.rung })];
      },
    },
  },
  evolve: {
    'obligation-opened': (state, { data }) => ({
      ...state,
      obligations: { ...state.obligations, [data.obligation.id]: data.obligation },
    }),
    'obligation-warned': (state, { data }) => edit(state, data.obligation, (o) => ({ warned: o.warned + 1 })),
    'obligation-reminded': (state, { data }) => edit(state, data.obligation, () => ({ reminded: data.count })),
    'obligation-met': (state, { data }) =>
      edit(state, data.obligation, () => ({ state: 'met', endedAt: data.metAt, lateMs: data.lateMs, overdue: false })),
    'obligation-missed': (state, { data, at }) =>
      edit(state, data.obligation, (o) => ({ missedAt: o.missedAt ?? at, overdue: true })),
    'obligation-cancelled': (state, { data, at }) =>
      edit(state, data.obligation, () => ({ state: 'cancelled', endedAt: at, endReason: data.reason, overdue: false })),
    'obligation-paused': (state, { data, at }) =>
      edit(state, data.obligation, (o) => ({ pauses: [...o.pauses, { from: at }] })),
    // A pause that ended by itself ended when it was to, however late the engine woke.
    'obligation-resumed': (state, { data, at, via }) => {
      const to = via.kind === 'timer' ? via.plannedAt : at;
      return edit(state, data.obligation, (o) => ({ pauses: pausesUntil(o, to) }));
    },
    'due-moved': (state, { data, at, by }) =>
      edit(state, data.obligation, (o) => ({
        dueAt: data.new,
        dueBase: data.newBase,
        limit: data.limit,
        warned: data.warned,
        moves: [...o.moves, { cause: data.cause, at, by: by.id, old: data.old, new: data.new }],
        ...(data.new > at ? { overdue: false, rung: -1, exhausted: false, escalations: [] } : {}),
      })),
    'owner-moved': (state, { data }) => edit(state, data.obligation, () => ({ owedBy: data.to })),
    escalated: (state, { data, at }) =>
      edit(state, data.obligation, (o) => ({
        rung: data.rung,
        maxRung: Math.max(o.maxRung, data.rung),
        escalations: [...o.escalations, { rung: data.rung, role: data.role, at }],
      })),
    'escalation-acknowledged': (state, { data, at }) =>
      edit(state, data.obligation, (o) => ({
        escalations: o.escalations.map((e) => (e.acknowledgedAt === undefined ? { ...e, acknowledgedAt: at } : e)),
      })),
    'ladder-exhausted': (state, { data }) => edit(state, data.obligation, () => ({ exhausted: true })),
    notified: (state, { data }) => reached(state, data),
  },
  react: {
    'obligation-warned': ({ data }, state) => tell(state, data.obligation, 'obligation-warned'),
    'obligation-reminded': ({ data }, state) => tell(state, data.obligation, 'obligation-reminded'),
    'obligation-missed': ({ data }, state, context) => {
      const obligation = state.obligations[data.obligation];
      if (!obligation) return [];
      const copies = termsOf(state, obligation).ladder?.copy ?? [];
      return [
        ...escalate(state, obligation, 0, 'missed', context),
        ...copies.map((role) =>
          notify(state, {
            template: 'obligation-missed',
            to: { kind: 'role', role, department: null },
            obligation,
          }),
        ),
      ];
    },
    escalated: ({ data }, state) => {
      const obligation = state.obligations[data.obligation];
      if (!obligation) return [];
      const department = data.role === 'department_head' ? obligation.owedBy.department : null;
      const to: Recipient = { kind: 'role', role: data.role, department };
      return [notify(state, { template: 'escalated', to, obligation, args: { rung: data.rung, cause: data.cause } })];
    },
  },
};

function unanswered(obligation: Obligation): boolean {
  return obligation.state === 'open' && obligation.escalations.some((e) => e.acknowledgedAt === undefined);
}

function tell(state: CaseState, id: string, template: string): Draft[] {
  const obligation = state.obligations[id];
  return obligation ? [notify(state, { template, to: debtorOf(obligation), obligation })] : [];
}

/** A rung that had nobody on duty was skipped upwards: the obligation stands where somebody was really told. */
function reached(state: CaseState, data: EventData['notified']): CaseState {
  if (data.template !== 'escalated' || data.obligation === null || data.role === null) return state;
  return edit(state, data.obligation, (o) => {
    const ladder = termsOf(state, o).ladder;
    const rung = ladder?.rungs.findIndex((candidate) => candidate.role === data.role) ?? -1;
    const last = o.escalations[o.escalations.length - 1];
    if (rung <= o.rung || !last) return {};
    const told = { ...last, rung, role: ladder?.rungs[rung]?.role ?? last.role };
    return { rung, maxRung: Math.max(o.maxRung, rung), escalations: [...o.escalations.slice(0, -1), told] };
  });
}

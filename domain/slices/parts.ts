import { FRONT_DESK, STAFF, SUPERVISORS, type Actor } from '../actor';
import { cancel, meet, meetAll, moveOwner, notify, open, openOf, owedBy } from '../book';
import { draft, type Draft, type TextRef } from '../event';
import { refuse, type Context, type Refusal, type Slice } from '../family';
import type { Obligation } from '../obligation';
import { follows } from '../rules';
import type { CaseState, Part } from '../state';
import { isRelieved } from './relieving';
import { enter, onlyIn, type Stages } from './stage';

declare module '../event' {
  interface EventData {
    'part-assigned': { readonly department: string; readonly task: TextRef | null };
    'part-accepted': { readonly department: string; readonly person: string };
    'part-blocked': { readonly department: string; readonly reason: TextRef };
    /** `assigned` where nobody has accepted it; left out: it is accepted. */
    'part-unblocked': { readonly department: string; readonly state?: 'assigned' };
    /** Nobody has it any more: it is with its department, as it is. */
    'part-released': {
      readonly department: string;
      readonly person: string;
      readonly state: 'assigned' | 'blocked';
      readonly reason: TextRef;
    };
    /** No result: a case that was started for it is done. */
    'part-done': { readonly department: string; readonly result: TextRef | null };
    'part-cancelled': { readonly department: string; readonly reason: string };
  }
  interface CommandData {
    'assign-department': { readonly department: string; readonly task: TextRef | null };
    'accept-part': { readonly department: string };
    'block-part': { readonly department: string; readonly reason: TextRef };
    'unblock-part': { readonly department: string };
    'complete-part': { readonly department: string; readonly result: TextRef };
  }
}

/** What must be true before a family's department may say that it is done. */
export interface PartRules<S extends CaseState> {
  readonly mayComplete: (state: S) => Refusal | null;
}

/** 一岗统筹、多岗联动: each department has its own part, and the case is resolved when all are done (CMP-047). */
export function parts<S extends CaseState>({ handling, working }: Stages, rules: PartRules<S>): Slice<S> {
  return {
    commands: {
      'assign-department': {
        roles: FRONT_DESK,
        guard: (state) => onlyIn(state, working),
        decide: (state, { department, task }) => {
          if (!state.policy.departments.includes(department)) return unknownDepartment(state, department);
          const part = state.parts[department];
          if (part && part.state !== 'cancelled') return refuse('part-exists', { department, state: part.state });
          return [draft('part-assigned', { department, task })];
        },
      },
      'accept-part': {
        roles: STAFF,
        guard: (state) => onlyIn(state, working),
        decide: (state, { department }, { by }) =>
          withPart(state, department, by, ['assigned'], () => [draft('part-accepted', { department, person: by.id })]),
      },
      'block-part': {
        roles: STAFF,
        guard: (state) => onlyIn(state, working),
        decide: (state, { department, reason }, { by }) =>
          withPart(state, department, by, ['assigned', 'accepted'], () => [
            draft('part-blocked', { department, reason }),
          ]),
      },
      'unblock-part': {
        roles: STAFF,
        guard: (state) => onlyIn(state, working),
        decide: (state, { department }, { by }) =>
          withPart(state, department, by, ['blocked'], ({ acceptedBy }) => {
            const free = acceptedBy === null && follows(state, 'a-part-that-nobody-has-can-be-accepted');
            return [draft('part-unblocked', { department, ...(free ? { state: 'assigned' } : {}) })];
          }),
      },
      'complete-part': {
        roles: STAFF,
        field: true,
        guard: (state) => onlyIn(state, working) ?? rules.mayComplete(state),
        decide: (state, { department, result }, { by }, occurredAt) =>
          withPart(state, department, by, ['assigned', 'accepted'], () => [
            draft('part-done', { department, result }, occurredAt),
          ]),
      },
    },
    evolve: {
      'part-assigned': (state, { data, at }) =>
        setPart(state, { department: data.department, state: 'assigned', assignedAt: at, acceptedBy: null }),
      'part-accepted': (state, { data }) =>
        change(state, data.department, { state: 'accepted', acceptedBy: data.person }),
      'part-blocked': (state, { data }) => change(state, data.department, { state: 'blocked' }),
      'part-unblocked': (state, { data }) => change(state, data.department, { state: data.state ?? 'accepted' }),
      'part-released': (state, { data }) => change(state, data.department, { state: data.state, acceptedBy: null }),
      'part-done': (state, { data }) => change(state, data.department, { state: 'done' }),
      'part-cancelled': (state, { data }) => change(state, data.department, { state: 'cancelled' }),
    },
    react: {
      'part-assigned': ({ data }, state, context) => [
        ...openPart(state, data.department, context),
        ...tellDepartment(state, data.department, data.task),
      ],
      'part-accepted': ({ data }, state) => handOn(state, data.department),
      'part-released': ({ data: { department, reason } }, state) => [
        ...handOn(state, department),
        ...tellDepartment(state, department, reason),
      ],
      relieved: ({ data }, state) =>
        Object.values(state.parts).flatMap(({ department, state: now }) => {
          const isOpen = now === 'accepted' || now === 'blocked';
          if (!isOpen || !isRelieved(data, owedBy(state, { as: 'department' }, department))) return [];
          const after = now === 'blocked' ? now : 'assigned';
          return [draft('part-released', { department, person: data.from, state: after, reason: data.reason })];
        }),
      'part-blocked': ({ data }, state) => [
        notify(state, {
          template: 'part-blocked',
          to: { kind: 'role', role: 'manager', department: null },
          args: { department: data.department },
          text: data.reason,
        }),
      ],
      'part-done': ({ data, at }, state) => [
        ...meetAll(state, ofDepartment(state, data.department), at),
        ...(handling.includes(state.stage) && allDone(state)
          ? [draft('resolved', {}), ...enter(state, 'feedback', 'us')]
          : []),
      ],
      'part-cancelled': ({ data }, state) => cancel(ofDepartment(state, data.department), data.reason),
      'obligation-opened': ({ data: { obligation } }, state, context) =>
        obligation.kind === 'resolve' ? alongWith(state, obligation, context) : [],
      resolved: (_event, state, context) => meet(state, 'resolve', context),
    },
  };
}

/** A department's part is due with the resolve clock; before that one exists, by the part's own limit. */
function openPart(state: CaseState, department: string, context: Context, cause?: 'reclassified'): Draft[] {
  const count = Object.values(state.obligations).filter(
    (o) => o.kind === 'part' && o.episode === state.episode && o.id.startsWith(`part:${department}`),
  ).length;
  return open(
    state,
    {
      kind: 'part',
      key: count === 0 ? department : `${department}:${count + 1}`,
      rule: state.policy.part.rule,
      start: state.episodeStart,
      department,
      dueAt: openOf(state, 'resolve')[0]?.dueAt,
      cause,
    },
    context,
  );
}

/** Another resolve clock, after a reclassification, takes the open parts along. */
function alongWith(state: CaseState, resolve: Obligation, context: Context): Draft[] {
  return openOf(state, 'part').flatMap((part) => {
    const { department } = part.owedBy;
    if (department === null || part.dueAt === resolve.dueAt) return [];
    return [...cancel([part], 'reclassified'), ...openPart(state, department, context, 'reclassified')];
  });
}

function ofDepartment(state: CaseState, department: string): Obligation[] {
  return openOf(state, 'part').filter((obligation) => obligation.owedBy.department === department);
}

/** What the department owes is owed by whoever has its part now, or by all of it. */
function handOn(state: CaseState, department: string): Draft[] {
  return moveOwner(state, ofDepartment(state, department), owedBy(state, { as: 'department' }, department));
}

/** To its post; a department without one of its own is spoken for by its head. */
function tellDepartment(state: CaseState, department: string, text: TextRef | null): Draft[] {
  const { role } = owedBy(state, { as: 'department' }, department);
  const to = { kind: 'role', role, department } as const;
  return [notify(state, { template: 'department-assigned', to, args: { department }, text })];
}

function allDone(state: CaseState): boolean {
  const live = Object.values(state.parts).filter((part) => part.state !== 'cancelled');
  return live.length > 0 && live.every((part) => part.state === 'done');
}

function withPart(
  state: CaseState,
  department: string,
  by: Actor,
  states: readonly Part['state'][],
  then: (part: Part) => readonly Draft[],
): readonly Draft[] | Refusal {
  const part = state.parts[department];
  if (!part) return unknownDepartment(state, department);
  if (by.department !== department && !SUPERVISORS.includes(by.role)) {
    return refuse('not-your-department', { department, yours: by.department ?? '' });
  }
  if (!states.includes(part.state)) return refuse('part-not-so', { department, state: part.state, allowed: states });
  return then(part);
}

function unknownDepartment(state: CaseState, department: string): Refusal {
  return refuse('department-unknown', { department, allowed: state.policy.departments });
}

function setPart<S extends CaseState>(state: S, part: Part): S {
  return { ...state, parts: { ...state.parts, [part.department]: part } };
}

function change<S extends CaseState>(state: S, department: string, to: Partial<Part>): S {
  const part = state.parts[department];
  return part ? setPart(state, { ...part, ...to }) : state;
}

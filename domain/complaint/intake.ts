import { FRONT_DESK, MANAGERS, type Actor } from '../actor';
import { notify } from '../book';
import { draft, type Draft, type TextRef } from '../event';
import { isRefusal, refuse, type Context, type Refusal, type Slice } from '../family';
import { PRIORITIES, type Level, type Priority } from '../policy';
import { receive } from '../slices/intake';
import { takeIfFree, takenBy } from '../slices/ownership';
import { enter, onlyIn } from '../slices/stage';
import { setClocks } from './clocks';
import { STAGES } from './stages';
import type { ComplaintOpening, ComplaintState } from './state';

declare module '../event' {
  interface EventData {
    classified: Graded & { readonly from: Priority | null; readonly reason: TextRef | null };
  }
  interface CommandData {
    classify: ClassifyData;
    reclassify: ClassifyData & { readonly reason: TextRef };
  }
}

interface Graded {
  readonly type: string;
  readonly subtype: string;
  readonly priority: Priority;
  readonly level: Level;
  readonly outsideTest: boolean;
  readonly departments: readonly string[];
}

interface ClassifyData {
  readonly subtype: string;
  /** Needed when the subtype is not in the policy's table. */
  readonly type: string | null;
  readonly priority: Priority | null;
  readonly departments: readonly string[] | null;
}

export const intake: Slice<ComplaintState> = {
  commands: {
    classify: {
      roles: FRONT_DESK,
      guard: (state) =>
        onlyIn(state, ['received']) ??
        (state.priority === null ? null : refuse('already-classified', { priority: state.priority })),
      decide: (state, data, context) => {
        const graded = classified(state, data, context.by, null);
        return isRefusal(graded) ? graded : [...takeIfFree(state, context), ...graded];
      },
    },
    reclassify: {
      roles: FRONT_DESK,
      guard: (state) =>
        onlyIn(state, STAGES.working) ??
        (state.priority === null ? refuse('not-classified', { stage: state.stage }) : null),
      decide: (state, data, { by }) => classified(state, data, by, data.reason),
    },
  },
  evolve: {
    classified: (state, { data }) => ({
      ...state,
      type: data.type,
      subtype: data.subtype,
      priority: data.priority,
      level: data.level,
      outsideTest: data.outsideTest,
      obligations: regraded(state.obligations, data.priority === 'urgent'),
    }),
  },
  react: {
    received: (_event, state, context) => [
      ...takeIfFree(state, context),
      ...enter(state, 'received', 'us'),
      notify(state, { template: 'case-received', to: { kind: 'role', role: 'customer_service', department: null } }),
    ],
    classified: ({ data }, state, context) => [
      ...enter(state, state.acknowledged ? 'handling' : 'classified', 'us'),
      ...setClocks(state, context, data.from === null ? undefined : 'reclassified'),
      ...setParts(state, data.departments),
      ...(data.from === null || data.from === data.priority
        ? []
        : [
            notify(state, {
              template: 'priority-changed',
              to: { kind: 'role', role: 'senior_cs_supervisor', department: null },
              args: { from: data.from, to: data.priority },
              text: data.reason,
            }),
          ]),
    ],
  },
};

/** The first events of a complaint. One without a subtype is not guessed at: it owes a classification first. */
export function openComplaint(state: ComplaintState, opening: ComplaintOpening, context: Context): Draft[] | Refusal {
  const received = receive(state, opening);
  if (isRefusal(received)) return received;
  if (opening.subtype === null) {
    if (opening.type !== null || opening.priority !== null || opening.departments !== null) {
      return refuse('subtype-required', { field: 'subtype' });
    }
    return [received, ...setClocks(takenBy(state, context), context)];
  }
  const { subtype, type, priority, departments } = opening;
  const graded = classified(state, { subtype, type, priority, departments }, opening.by, null);
  return isRefusal(graded) ? graded : [received, ...graded];
}

/** A clerk may raise a priority above the policy's or the present one, only a manager may lower it. */
function classified(state: ComplaintState, data: ClassifyData, by: Actor, reason: TextRef | null): Draft[] | Refusal {
  const row = state.policy.classification.find((candidate) => candidate.subtype === data.subtype);
  const type = data.type ?? row?.type;
  const priority = data.priority ?? (row ? least(row.priority, by, state.priority) : undefined);
  if (type === undefined || priority === undefined) {
    const allowed = state.policy.classification.map((candidate) => candidate.subtype);
    return refuse('subtype-unknown', { subtype: data.subtype, allowed });
  }
  const floor = state.priority ?? row?.priority ?? priority;
  if (rank(priority) > rank(floor) && !MANAGERS.includes(by.role)) {
    return refuse('only-manager-may-lower', { from: floor, to: priority });
  }
  const departments = [...new Set(data.departments ?? row?.departments ?? [])];
  const unknown = departments.find((department) => !state.policy.departments.includes(department));
  if (unknown !== undefined)
    return refuse('department-unknown', { department: unknown, allowed: state.policy.departments });
  if (departments.length === 0) return refuse('department-required', { field: 'departments' });
  return [
    // Urgent clocks can't be paused: the pause ends before they begin.
    ...(priority === 'urgent' && state.pause ? [draft('resumed', { auto: false })] : []),
    draft('classified', {
      type,
      subtype: data.subtype,
      priority,
      level: state.levelFixed && state.level !== null ? state.level : state.policy.levelOf[priority],
      outsideTest: row?.outsideTest ?? false,
      departments,
      from: state.priority,
      reason,
    }),
  ];
}

/** What is owed already climbs by the new priority: urgent matters are asked for sooner, and at night start higher. */
function regraded(obligations: ComplaintState['obligations'], urgent: boolean): ComplaintState['obligations'] {
  const changed = Object.values(obligations).filter((o) => o.state === 'open' && o.urgent !== urgent);
  return { ...obligations, ...Object.fromEntries(changed.map((o) => [o.id, { ...o, urgent }])) };
}

/** A clerk who names a milder subtype without a priority keeps the present one. */
function least(ofRow: Priority, by: Actor, now: Priority | null): Priority {
  return now !== null && rank(ofRow) > rank(now) && !MANAGERS.includes(by.role) ? now : ofRow;
}

function rank(priority: Priority): number {
  return PRIORITIES.indexOf(priority);
}

/**
 * Parts that nobody has accepted go when the new classification does not name them. When nothing would be left to do,
 * the departments that it names begin anew: otherwise nobody could ever say that the case is resolved.
 */
function setParts(state: ComplaintState, departments: readonly string[]): Draft[] {
  const parts = Object.values(state.parts);
  const stale = parts.filter((part) => part.state === 'assigned' && !departments.includes(part.department));
  const left = parts.filter((part) => !stale.includes(part) && part.state !== 'done' && part.state !== 'cancelled');
  const missing = departments.filter((department) => {
    const part = state.parts[department];
    return part === undefined || part.state === 'cancelled';
  });
  const assigned = left.length > 0 || missing.length > 0 ? missing : departments;
  return [
    ...assigned.map((department) => draft('part-assigned', { department, task: null })),
    ...stale.map(({ department }) => draft('part-cancelled', { department, reason: 'reclassified' })),
  ];
}

import { FRONT_DESK, MANAGERS, type Actor } from '../actor';
import { notify } from '../book';
import { draft, type Draft, type TextRef } from '../event';
import { isRefusal, refuse, type Context, type Refusal, type Slice } from '../family';
import { setClock } from '../slices/clocks';
import { receive } from '../slices/intake';
import { lookBack } from '../slices/looking-back';
import { takeIfFree } from '../slices/ownership';
import { enter, onlyIn } from '../slices/stage';
import { REPAIR_CLOCKS, type Fault, type RepairClock, type RepairPriority } from './policy';
import { STAGES } from './stages';
import type { RepairOpening, RepairState } from './state';

declare module '../event' {
  interface EventData {
    'repair-described': { readonly circumstances: TextRef | null; readonly expectedResult: TextRef | null };
    graded: Grade & { readonly from: RepairPriority | null; readonly note: TextRef | null };
  }
  interface CommandData {
    /** Another fault than was reported, or another priority. */
    regrade: { readonly subtype: string; readonly priority: RepairPriority | null; readonly reason: TextRef };
  }
}

interface Grade {
  readonly type: string;
  readonly subtype: string;
  readonly priority: RepairPriority;
  readonly level: Fault['level'];
  /** Why the priority is not the fault's own; null when it is. */
  readonly because: 'vulnerable-household' | 'clerk' | 'manager' | null;
}

export const intake: Slice<RepairState> = {
  commands: {
    regrade: {
      roles: FRONT_DESK,
      guard: (state) => onlyIn(state, STAGES.handling),
      decide: (state, { subtype, priority, reason }, { by }) => {
        const grade = gradeOf(state, subtype, priority, by);
        if (isRefusal(grade)) return grade;
        const unpause = grade.priority === 'urgent' && state.pause ? [draft('resumed', { auto: false })] : [];
        return [
          ...unpause,
          ...(jobChanges(state, subtype) ? openJob(state, subtype) : []),
          draft('graded', { ...grade, from: priorityOf(state), note: reason }),
        ];
      },
    },
  },
  evolve: {
    graded: (state, { data }) => ({
      ...state,
      type: data.type,
      subtype: data.subtype,
      priority: data.priority,
      level: state.levelFixed ? state.level : data.level,
      priorityReason: data.because,
    }),
  },
  react: {
    received: (_event, state, context) => [...takeIfFree(state, context), ...enter(state, 'received', 'us')],
    graded: ({ data }, state, context) => [
      ...setClocks(state, context, data.from === null ? undefined : 'reclassified'),
      ...(data.from === null || data.from === data.priority
        ? []
        : [
            notify(state, {
              template: 'priority-changed',
              to: { kind: 'role', role: 'senior_cs_supervisor', department: null },
              args: { from: data.from, to: data.priority },
              text: data.note,
            }),
          ]),
    ],
    reopened: (_event, state, context) => [
      ...enter(state, 'received', 'us'),
      ...setClocks(state, context),
      ...openJob(state, state.subtype),
    ],
  },
};

/** The first events of a repair: it is graded and dispatched at once, by the policy's table of faults. */
export function openRepair(state: RepairState, opening: RepairOpening, context: Context): Draft[] | Refusal {
  const received = receive(state, opening);
  if (isRefusal(received)) return received;
  if (opening.subtype === null) return refuse('fault-required', { field: 'subtype' });
  const grade = gradeOf(state, opening.subtype, opening.priority, context.by);
  if (isRefusal(grade)) return grade;
  const { circumstances, expectedResult } = opening;
  return [
    received,
    ...(circumstances || expectedResult ? [draft('repair-described', { circumstances, expectedResult })] : []),
    // Before the clocks, so that they are owed by its department.
    ...openJob(state, grade.subtype),
    draft('graded', { ...grade, from: null, note: null }),
    lookBack(grade.subtype, opening.record.asset, opening.record.roomIndex),
    notify(state, { template: 'repair-received', to: { kind: 'resident' } }),
  ];
}

/**
 * A clerk may raise a priority, only a manager may lower it. For a vulnerable household a fault of lift, power, water
 * or heating is urgent (policies.md "Vulnerable household").
 */
function gradeOf(state: RepairState, subtype: string, wanted: RepairPriority | null, by: Actor): Grade | Refusal {
  const fault = faultOf(state, subtype);
  if (!fault) return refuse('fault-unknown', { subtype, allowed: state.policy.faults.map((row) => row.fault) });
  const vital = state.vulnerable && fault.vital && fault.priority !== 'urgent';
  const usual = vital ? 'urgent' : fault.priority;
  const { category: type, level } = fault;
  if (wanted === null || wanted === usual) {
    return { type, subtype, priority: usual, level, because: vital ? 'vulnerable-household' : null };
  }
  if (wanted === 'urgent') return { type, subtype, priority: wanted, level, because: 'clerk' };
  if (!MANAGERS.includes(by.role)) return refuse('only-manager-may-lower', { from: usual, to: wanted });
  return { type, subtype, priority: wanted, level, because: 'manager' };
}

export function faultOf({ policy }: RepairState, subtype: string | null): Fault | undefined {
  return policy.faults.find((row) => row.fault === subtype);
}

function priorityOf(state: RepairState): RepairPriority | null {
  return state.priority === null ? null : state.priority === 'urgent' ? 'urgent' : 'routine';
}

function setClocks(state: RepairState, context: Context, cause?: 'reclassified'): Draft[] {
  const row = state.policy.clocks[priorityOf(state) ?? 'routine'];
  const own = faultOf(state, state.subtype)?.clocks ?? {};
  const alarm = state.alarm ? (state.policy.alarm[state.type ?? ''] ?? state.policy.alarm.other) : undefined;
  const ruleOf = (kind: RepairClock) => (kind === 'alarm-response' ? alarm : (own[kind] ?? row[kind]));
  return REPAIR_CLOCKS.flatMap((kind) => setClock(state, { kind, rule: ruleOf(kind) }, context, cause));
}

function openJob(state: RepairState, subtype: string | null): Draft[] {
  const fault = faultOf(state, subtype);
  if (!fault) return [];
  return [draft('job-opened', { post: fault.post, skills: fault.skills, department: fault.department })];
}

/** Another post does it: whoever has the job does not have the new one. */
function jobChanges(state: RepairState, subtype: string): boolean {
  const fault = faultOf(state, subtype);
  return fault !== undefined && state.job !== null && fault.post !== state.job.post;
}

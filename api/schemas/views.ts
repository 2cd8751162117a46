import { z } from 'zod';
import { ROLES } from '../../domain/actor';
import { complaintType, level, priority } from './commands';

/** What the case routes answer. Instants are RFC 3339 in UTC with milliseconds; lengths of time are milliseconds. */
const at = z.string().meta({ format: 'date-time' });
const atOrNull = at.nullable();
export const role = z.enum(ROLES).meta({ id: 'Role' });
const waitingOn = z.enum(['us', 'resident', 'outside', 'working', 'nobody']).meta({ id: 'WaitingOn' });
const mode = z.enum(['live', 'drill', 'mystery']).meta({ id: 'CaseMode' });
const obligationState = z.enum(['open', 'met', 'cancelled']).meta({ id: 'ObligationState' });
export const debtorKind = z.enum(['owner', 'department', 'role', 'assignee', 'resident']).meta({ id: 'DebtorKind' });
const dueCause = z
  .enum(['pause', 'plan-confirmed', 'reclassified', 'extended', 'promise-moved'])
  .meta({ id: 'DueCause' });
const bornLate = z.enum(['typed-late', 'reclassified']).meta({ id: 'BornLate' });
const partState = z.enum(['assigned', 'accepted', 'blocked', 'done', 'cancelled']).meta({ id: 'PartState' });
const promiseState = z.enum(['open', 'kept', 'cancelled']).meta({ id: 'PromiseState' });
const projection = z.enum(['written', 'pending']).meta({
  id: 'Projection',
  description: 'pending: accepted and durable, the lists follow when the database is back',
});
const args = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())]));

export const obligationView = z
  .object({
    id: z.string(),
    kind: z.string(),
    episode: z.int(),
    owedBy: z
      .object({ as: debtorKind, role, department: z.string().nullable(), person: z.string().nullable() })
      .meta({ id: 'OwedBy' }),
    state: obligationState,
    start: at,
    openedAt: at,
    windowFrom: atOrNull,
    limitMs: z.int(),
    calendar: z.string().nullable(),
    dueAt: at,
    dueBase: at,
    warnAt: atOrNull,
    nextAt: atOrNull,
    next: z.string().nullable(),
    pausedSince: atOrNull,
    missedAt: atOrNull,
    metAt: atOrNull,
    lateMs: z.int().nullable(),
    overdue: z.boolean(),
    bornLate: bornLate.nullable(),
    ladder: z.string().nullable(),
    rung: z.int(),
    maxRung: z.int(),
    escalations: z.array(z.object({ rung: z.int(), role, at, acknowledgedAt: atOrNull }).meta({ id: 'Escalation' })),
    moves: z.array(z.object({ cause: dueCause, at, by: z.string(), old: at, new: at }).meta({ id: 'DueMove' })),
    outcome: z.enum(['met', 'late', 'missed', 'ext-kept', 'ext-broken', 'void', 'open']).meta({ id: 'Outcome' }),
  })
  .meta({ id: 'Obligation' });

const action = z
  .object({
    command: z.string(),
    allowed: z.boolean(),
    reasonCode: z.string().nullable(),
    reasonArgs: args,
    /** Name of the body's schema in this document. */
    schema: z.string(),
    href: z.string(),
    takesOccurredAt: z.boolean(),
  })
  .meta({ id: 'Action' });

export const caseView = z
  .object({
    no: z.string(),
    family: z.string(),
    project: z.string(),
    zone: z.string(),
    mode,
    seq: z.int(),
    projection,
    stage: z.string(),
    waitingOn,
    type: complaintType.or(z.string()).nullable(),
    subtype: z.string().nullable(),
    priority: priority.nullable(),
    level: level.nullable(),
    owner: z.string().nullable(),
    episode: z.int(),
    reopenCount: z.int(),
    reportedAt: at,
    receivedAt: at,
    closedAt: atOrNull,
    ended: z.boolean(),
    plannedFinish: atOrNull,
    expectedResolutionAt: atOrNull,
    policy: z.object({ id: z.string(), version: z.int() }).meta({ id: 'PolicyRef' }),
    channel: z.string(),
    source: z.string(),
    place: z
      .object({
        building: z.string().nullable(),
        unit: z.string().nullable(),
        asset: z.string().nullable(),
      })
      .meta({ id: 'CasePlace' }),
    careColour: z.string().nullable(),
    /** Why the priority is not the policy's: vulnerable-household, clerk, manager. */
    priorityReason: z.string().nullable(),
    /** Who does it; null where departments do. */
    job: z
      .object({
        post: z.string(),
        skills: z.array(z.string()),
        department: z.string(),
        /** Whom it is offered to. */
        offered: z.string().nullable(),
        offers: z.int(),
        /** Who declined it or let it lapse. */
        passed: z.array(z.string()),
        assignee: z.string().nullable(),
        dutyUntil: atOrNull,
        exhausted: z.boolean(),
      })
      .meta({ id: 'Job' })
      .nullable(),
    callback: z
      .object({
        round: z.enum(['none', 'first', 'second', 'done']).meta({ id: 'CallbackRound' }),
        attempts: z.array(at),
      })
      .meta({ id: 'Callback' }),
    repeatOf: z.string().nullable(),
    /** The case that started this one. */
    parent: z.string().nullable(),
    children: z.array(
      z
        .object({
          no: z.string(),
          family: z.string(),
          state: z.enum(['open', 'resolved', 'gone']).meta({ id: 'ChildState' }),
        })
        .meta({ id: 'ChildCase' }),
    ),
    parts: z.array(
      z
        .object({
          department: z.string(),
          state: partState,
          assignedAt: at,
          acceptedBy: z.string().nullable(),
        })
        .meta({ id: 'Part' }),
    ),
    pause: z.object({ reason: z.string(), from: at, until: at }).meta({ id: 'Pause' }).nullable(),
    outage: z
      .object({ confirmedAt: at, rounds: z.int(), lastUpdateAt: atOrNull, restoredAt: atOrNull })
      .meta({ id: 'Outage' })
      .nullable(),
    promises: z.array(z.object({ id: z.string(), dueAt: at, state: promiseState }).meta({ id: 'Promise' })),
    lastProgressAt: atOrNull,
    /** What only this family's cases have: plan, awaiting, satisfaction … */
    detail: z.record(z.string(), z.unknown()),
    obligations: z.array(obligationView),
    actions: z.array(action),
    asOf: at,
  })
  .meta({ id: 'Case' });

export type CaseView = z.output<typeof caseView>;
export type ObligationViewBody = z.output<typeof obligationView>;
export type ActionView = z.output<typeof action>;

export const startedCase = z
  .object({
    no: z.string(),
    family: z.string(),
    project: z.string(),
    reportedAt: at,
    receivedAt: at,
    links: z
      .object({ self: z.string(), timeline: z.string(), obligations: z.string(), workflow: z.string().nullable() })
      .meta({ id: 'CaseLinks' }),
  })
  .meta({ id: 'StartedCase' });

const rehearsed = {
  events: z.array(z.object({ type: z.string() }).meta({ id: 'RehearsedEvent' })),
  obligations: z.array(obligationView),
};

/** What a command would do (`dryRun`): nothing was stored. */
export const commandRehearsal = z
  .object({ ...rehearsed, stage: z.string(), seq: z.int() })
  .meta({ id: 'CommandRehearsal' });

/** What a new case would be (`dryRun`): its classification, its clocks, and cases it may repeat. */
export const startRehearsal = z
  .object({
    ...rehearsed,
    type: z.string().nullable(),
    subtype: z.string().nullable(),
    priority: priority.nullable(),
    level: level.nullable(),
    departments: z.array(z.string()),
    household: z.string().nullable(),
    duplicates: z.array(
      z
        .object({ no: z.string(), stage: z.string(), subtype: z.string().nullable(), receivedAt: at })
        .meta({ id: 'PossibleDuplicate' }),
    ),
  })
  .meta({ id: 'StartRehearsal' });

export const timelineEvent = z
  .object({
    seq: z.int(),
    type: z.string(),
    at,
    occurredAt: atOrNull,
    by: z.object({ id: z.string(), role, department: z.string().nullable() }).meta({ id: 'EventActor' }),
    via: z.record(z.string(), z.unknown()),
    episode: z.int(),
    policyVersion: z.int(),
    /** How late a timer was, in milliseconds; null for what people did. */
    latenessMs: z.int().nullable(),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'TimelineEvent' });

export const explanationView = z
  .object({
    obligation: z.string(),
    kind: z.string(),
    policy: z.object({ id: z.string(), version: z.int() }).meta({ id: 'PolicyRef' }),
    calendar: z.object({ name: z.string(), version: z.string() }).meta({ id: 'CalendarRef' }).nullable(),
    zone: z.string(),
    priorityReason: z.string().nullable(),
    start: at,
    limitMs: z.int(),
    ran: z.array(z.object({ from: at, to: at }).meta({ id: 'Stretch' })),
    pauses: z.array(z.object({ from: at, to: atOrNull }).meta({ id: 'PauseSpan' })),
    moves: z.array(z.object({ cause: dueCause, at, by: z.string(), old: at, new: at }).meta({ id: 'DueMove' })),
    dueBase: at,
    dueAt: atOrNull,
    words: z.object({ 'zh-CN': z.array(z.string()), en: z.array(z.string()) }).meta({ id: 'ExplanationWords' }),
  })
  .meta({ id: 'Explanation' });

export const caseSummary = z
  .object({
    no: z.string(),
    project: z.string(),
    family: z.string(),
    mode,
    stage: z.string(),
    waitingOn,
    type: z.string().nullable(),
    subtype: z.string().nullable(),
    priority: priority.nullable(),
    level: level.nullable(),
    owner: z.string().nullable(),
    episode: z.int(),
    reopenCount: z.int(),
    seq: z.int(),
    overdueCount: z.int(),
    reportedAt: at,
    receivedAt: at,
    closedAt: atOrNull,
    nextDueAt: atOrNull,
    channel: z.string(),
    building: z.string().nullable(),
    unit: z.string().nullable(),
    asset: z.string().nullable(),
    careColour: z.string().nullable(),
  })
  .meta({ id: 'CaseSummary' });

export const workItem = obligationView
  .extend({
    no: z.string(),
    project: z.string(),
    priority: priority.nullable(),
    urgent: z.boolean(),
    case: z
      .object({
        stage: z.string(),
        type: z.string().nullable(),
        subtype: z.string().nullable(),
        level: z.string().nullable(),
        owner: z.string().nullable(),
        building: z.string().nullable(),
        unit: z.string().nullable(),
        asset: z.string().nullable(),
        careColour: z.string().nullable(),
        seq: z.int(),
      })
      .meta({ id: 'WorkItemCase' }),
  })
  .omit({ escalations: true, moves: true, outcome: true })
  .meta({ id: 'WorkItem' });

export const historyEvent = z
  .object({
    id: z.int(),
    type: z.string(),
    at: atOrNull,
    attributes: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'WorkflowHistoryEvent' });

export const contact = z
  .object({ room: z.string().nullable(), name: z.string().nullable(), phone: z.string().nullable() })
  .meta({ id: 'Contact' });

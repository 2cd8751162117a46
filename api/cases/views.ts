import { actionsOf } from '../../domain/actions';
import type { Actor } from '../../domain/actor';
import type { JournalEvent, OpenedRecord } from '../../domain/event';
import { isoOf, type Instant } from '../../domain/instant';
import { outcomeOf, type Obligation } from '../../domain/obligation';
import type { FamilyPolicy } from '../../domain/policy';
import type { CaseSnapshot, ObligationClock } from '../../domain/projection';
import type { CaseState } from '../../domain/state';
import type { ActionView, CaseView, ObligationViewBody } from '../schemas/views';
import { familyOf, stateOf } from '../families';

/** How cases are shown. Nothing here decides anything: clocks, classes and allowed commands come from the domain. */

interface Shown {
  readonly snapshot: CaseSnapshot;
  readonly record: OpenedRecord;
  readonly projection: 'written' | 'pending';
}

const iso = (instant: Instant | null): string | null => (instant === null ? null : isoOf(instant));

export function caseViewOf(shown: Shown, policy: FamilyPolicy, by: Actor, now: Instant): CaseView {
  const { snapshot, record } = shown;
  const { state } = snapshot;
  return {
    no: state.no,
    family: state.family,
    project: state.project.id,
    zone: state.project.zone,
    mode: state.mode,
    seq: state.seq,
    projection: shown.projection,
    stage: state.stage,
    waitingOn: state.waitingOn,
    type: state.type,
    subtype: state.subtype,
    priority: state.priority,
    level: state.level,
    owner: state.owner,
    episode: state.episode,
    reopenCount: state.reopenCount,
    reportedAt: isoOf(state.reportedAt),
    receivedAt: isoOf(state.receivedAt),
    closedAt: iso(state.closedAt),
    ended: state.ended,
    plannedFinish: iso(state.plannedFinish),
    expectedResolutionAt: iso(record.expectedResolutionAt),
    policy: state.policy,
    channel: record.channel,
    source: record.source,
    place: { building: record.building, unit: record.unit, asset: record.asset },
    careColour: record.careColour,
    priorityReason: state.priorityReason ?? null,
    job: jobView(state),
    callback: callbackView(state),
    repeatOf: state.links?.repeatOf ?? record.repeatOf,
    parent: record.rootCase,
    children: Object.entries(state.links?.children ?? {}).map(([no, child]) => ({ no, ...child })),
    parts: Object.values(state.parts).map((part) => ({ ...part, assignedAt: isoOf(part.assignedAt) })),
    pause: state.pause && {
      reason: state.pause.reason,
      from: isoOf(state.pause.from),
      until: isoOf(state.pause.until),
    },
    outage: state.outage && {
      confirmedAt: isoOf(state.outage.confirmedAt),
      rounds: state.outage.rounds,
      lastUpdateAt: iso(state.outage.lastUpdateAt),
      restoredAt: iso(state.outage.restoredAt),
    },
    promises: Object.values(state.promises).map((promise) => ({ ...promise, dueAt: isoOf(promise.dueAt) })),
    lastProgressAt: iso(state.progress.lastAt),
    detail: detailOf(state),
    obligations: obligationsOf(snapshot, now),
    actions: actionViews(stateOf(snapshot, policy), by, now),
    asOf: isoOf(now),
  };
}

/** Snapshots of former releases have no job, no links and no callback. */
function jobView({ job }: Partial<Pick<CaseState, 'job'>>) {
  return job
    ? {
        post: job.post,
        skills: [...job.skills],
        department: job.department,
        offered: job.offered,
        offers: job.offers,
        passed: [...job.passed],
        assignee: job.assignee,
        dutyUntil: iso(job.dutyUntil),
        exhausted: job.exhausted,
      }
    : null;
}

function callbackView({ callback }: Partial<Pick<CaseState, 'callback'>>) {
  return { round: callback?.round ?? 'none', attempts: (callback?.attempts ?? []).map(isoOf) } as const;
}

/** Most urgent first: open ones by their due instant, then those that ended. */
export function obligationsOf({ state, clocks }: CaseSnapshot, now: Instant): ObligationViewBody[] {
  return Object.values(state.obligations)
    .sort((a, b) => Number(a.state !== 'open') - Number(b.state !== 'open') || a.dueAt - b.dueAt)
    .map((obligation) => obligationViewOf(obligation, clocks[obligation.id] ?? null, now));
}

function obligationViewOf(obligation: Obligation, clock: ObligationClock | null, now: Instant): ObligationViewBody {
  const { id, kind, episode, owedBy, state, calendar, overdue, bornLate, ladder, rung, maxRung } = obligation;
  return {
    ...{ id, kind, episode, owedBy, state, calendar, overdue, bornLate, ladder, rung, maxRung },
    start: isoOf(obligation.start),
    openedAt: isoOf(obligation.openedAt),
    windowFrom: iso(obligation.windowFrom),
    limitMs: obligation.limit,
    dueAt: isoOf(obligation.dueAt),
    dueBase: isoOf(obligation.dueBase),
    warnAt: iso(clock?.warnAt ?? null),
    nextAt: iso(clock?.nextAt ?? null),
    next: clock?.next ?? null,
    pausedSince: iso(clock?.pausedSince ?? null),
    missedAt: iso(obligation.missedAt),
    metAt: state === 'met' ? iso(obligation.endedAt) : null,
    lateMs: obligation.lateMs,
    escalations: obligation.escalations.map((escalation) => ({
      rung: escalation.rung,
      role: escalation.role,
      at: isoOf(escalation.at),
      acknowledgedAt: iso(escalation.acknowledgedAt ?? null),
    })),
    moves: obligation.moves.map(moveView),
    outcome: outcomeOf(obligation, now),
  };
}

export function moveView(move: Obligation['moves'][number]) {
  return { cause: move.cause, at: isoOf(move.at), by: move.by, old: isoOf(move.old), new: isoOf(move.new) };
}

/** `PlanProposal` for `propose-plan`: the name under which OpenAPI has a command's body. */
export function bodySchemaOf(command: string): string {
  const name = command.replace(/(^|-)([a-z])/g, (_match, _dash, letter: string) => letter.toUpperCase());
  return `${name}Command`;
}

function actionViews(state: CaseState, by: Actor, now: Instant): ActionView[] {
  return actionsOf(familyOf(state.family), state, by, now).map(({ command, refusal, field }) => ({
    command,
    allowed: refusal === null,
    reasonCode: refusal?.refused ?? null,
    reasonArgs: refusal ? plain(refusal.args) : {},
    schema: bodySchemaOf(command),
    href: `/api/v1/cases/${state.no}/${command}`,
    takesOccurredAt: field,
  }));
}

function plain(args: Readonly<Record<string, string | number | readonly string[]>>) {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => [name, typeof value === 'object' ? [...value] : value]),
  );
}

/** Fields that every case has are shown by name above; the rest belongs to the family. */
const COMMON = new Set<string>([
  ...[
    'no',
    'family',
    'project',
    'mode',
    'policy',
    'seq',
    'changedSeq',
    'stage',
    'waitingOn',
    'episode',
    'episodeStart',
  ],
  ...['reportedAt', 'receivedAt', 'reopenCount', 'type', 'subtype', 'priority', 'level', 'owner', 'obligations'],
  ...['parts', 'pause', 'outage', 'promises', 'progress', 'plannedFinish', 'closedAt', 'ended'],
  ...['building', 'asset', 'priorityReason', 'job', 'callback', 'links'],
]);

function detailOf(state: CaseSnapshot['state']): Record<string, unknown> {
  return Object.fromEntries(Object.entries(state).filter(([name]) => !COMMON.has(name)));
}

/** How late a timer was; null for what did not come by itself. */
export function latenessOf(event: JournalEvent): number | null {
  return event.via.kind === 'timer' ? Math.max(0, event.at - event.via.plannedAt) : null;
}

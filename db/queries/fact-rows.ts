import type { Selectable } from 'kysely';
import type { JournalEvent, OpenedRecord } from '../../domain/event';
import {
  attemptsOf,
  obligationFact,
  populationOf,
  reportedLocally,
  timersOf,
  type FactTally,
  type Segment,
} from '../../domain/facts';
import type { Instant } from '../../domain/instant';
import type { Obligation } from '../../domain/obligation';
import type { CaseSnapshot } from '../../domain/projection';
import type { AttemptFactTable } from '../schema/attempt-fact';
import type { CaseFactTable } from '../schema/case-fact';
import type { ObligationFactTable } from '../schema/obligation-fact';
import type { SegmentFactTable } from '../schema/segment-fact';
import type { TimerFactTable } from '../schema/timer-fact';
import { timeOf } from '../time';

/** The facts of domain/facts.ts as rows. */

/** What a fact repeats of the report. */
export type FactRecord = Pick<
  OpenedRecord,
  'source' | 'channel' | 'building' | 'unit' | 'asset' | 'careColour' | 'repeatOf' | 'rootCase'
>;

export function obligationFactRow(
  { state }: CaseSnapshot,
  record: FactRecord,
  obligation: Obligation,
  asOf: Instant,
): Selectable<ObligationFactTable> {
  const fact = obligationFact(state, record, obligation, asOf);
  return {
    case_no: state.no,
    obligation_id: obligation.id,
    project: state.project.id,
    family: state.family,
    population: populationOf(state, record),
    kind: obligation.kind,
    episode: obligation.episode,
    type: state.type,
    subtype: state.subtype,
    priority: state.priority,
    level: state.level,
    role: obligation.owedBy.role,
    department: obligation.owedBy.department,
    person: obligation.owedBy.person,
    building: record.building,
    asset_id: record.asset,
    opened_at: timeOf(obligation.openedAt),
    due_base: timeOf(obligation.dueBase),
    due_at: timeOf(obligation.dueAt),
    due_day: fact.dueDay,
    met_at: timeOf(fact.metAt),
    missed_at: timeOf(obligation.missedAt),
    outcome: fact.outcome,
    late_ms: obligation.lateMs,
    paused_ms: fact.pausedMs,
    max_rung: obligation.maxRung,
    policy_version: state.policy.version,
  };
}

export function caseFactRow({ state }: CaseSnapshot, record: FactRecord, tally: FactTally): Selectable<CaseFactTable> {
  const reported = reportedLocally(state);
  return {
    case_no: state.no,
    project: state.project.id,
    family: state.family,
    population: populationOf(state, record),
    type: state.type,
    subtype: state.subtype,
    priority: state.priority,
    level: state.level,
    owner: state.owner,
    source: record.source,
    channel: record.channel,
    building: record.building,
    unit: record.unit,
    asset_id: record.asset,
    care_colour: record.careColour,
    repeat_of: record.repeatOf,
    root_case: record.rootCase,
    reported_at: timeOf(state.reportedAt),
    received_at: timeOf(state.receivedAt),
    reported_day: reported.day,
    reported_hour: reported.hour,
    first_arrived_at: timeOf(tally.firstArrivedAt),
    first_completed_at: timeOf(tally.firstCompletedAt),
    completed_at: timeOf(tally.completedAt),
    closed_at: timeOf(state.closedAt),
    close_reason: tally.closeReason,
    reopens: state.reopenCount,
    visits: tally.visits,
    asked_at: timeOf(tally.askedAt),
    score: tally.score,
    scored_at: timeOf(tally.scoredAt),
    // No event carries minutes yet: they come with the visits of repairs.
    labour_minutes: null,
    policy_version: state.policy.version,
  };
}

export function segmentRow({ state }: CaseSnapshot, segment: Segment): Selectable<SegmentFactTable> {
  return {
    case_no: state.no,
    seq: segment.seq,
    project: state.project.id,
    track: segment.track,
    name: segment.name,
    waiting_on: segment.waitingOn,
    entered_at: timeOf(segment.enteredAt),
    left_at: timeOf(segment.leftAt),
  };
}

export function attemptRows({ state }: CaseSnapshot, events: readonly JournalEvent[]): Selectable<AttemptFactTable>[] {
  return attemptsOf(events, state.obligations).map((attempt) => ({
    case_no: state.no,
    seq: attempt.seq,
    project: state.project.id,
    obligation_id: attempt.obligation,
    number: attempt.number,
    of: attempt.of,
    at: timeOf(attempt.at),
  }));
}

export function timerRows({ state }: CaseSnapshot, events: readonly JournalEvent[]): Selectable<TimerFactTable>[] {
  return timersOf(events, state).map((timer) => ({
    case_no: state.no,
    seq: timer.seq,
    project: state.project.id,
    purpose: timer.purpose,
    obligation_id: timer.obligation,
    planned_at: timeOf(timer.plannedAt),
    fired_at: timeOf(timer.firedAt),
  }));
}

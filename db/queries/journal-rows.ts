import type { Selectable } from 'kysely';
import type { JournalEvent, OpenedRecord } from '../../domain/event';
import type { FactTally } from '../../domain/facts';
import type { Instant } from '../../domain/instant';
import { isPaused, type Obligation } from '../../domain/obligation';
import type { CaseSnapshot } from '../../domain/projection';
import type { CommandAnswer, JournalBatch } from '../../workflows/contracts/journal';
import type { CaseTable } from '../schema/case';
import type { CommandReceiptTable } from '../schema/command-receipt';
import type { JournalTable } from '../schema/journal';
import type { ObligationTable } from '../schema/obligation';
import { timeOf } from '../time';

/** What a batch becomes in the tables. Rows are sent as JSON, in which a Date is its ISO text. */

export function journalRow(no: string, event: JournalEvent): Selectable<JournalTable> {
  return {
    case_no: no,
    seq: event.seq,
    type: event.type,
    at: timeOf(event.at),
    occurred_at: timeOf(event.occurredAt ?? null),
    by_id: event.by.id,
    by_role: event.by.role,
    by_department: event.by.department,
    via: event.via,
    episode: event.episode,
    policy_version: event.policyVersion,
    data: event.data,
  };
}

type ReceiptRow = Omit<Selectable<CommandReceiptTable>, 'answer'> & { readonly answer: CommandAnswer | null };

/** @param snapshotIsSent whether an answer that is the case after this batch may be left out. */
export function receiptRows(batch: JournalBatch, snapshotIsSent: boolean): ReceiptRow[] {
  return batch.receipts.map((receipt) => ({
    case_no: batch.no,
    id: receipt.id,
    command: receipt.command,
    body_hash: receipt.bodyHash,
    seq: receipt.seq,
    answer: snapshotIsSent && receipt.seq === batch.snapshot.state.seq ? null : receipt.answer,
  }));
}

/** The columns of which every obligation and its fact has a copy. */
export type Grading = Pick<Selectable<CaseTable>, 'type' | 'subtype' | 'priority' | 'level' | 'policy_version'>;

/**
 * The obligations whose rows this batch can have changed, so that writing it costs the same however old the case is.
 * An ended one changes by an event that names it, or when the case is graded anew.
 * @param stored null when all of them are to be written.
 */
export function changedObligations(
  { events, snapshot: { state } }: JournalBatch,
  stored: Grading | null,
): Obligation[] {
  const all = Object.values(state.obligations);
  const isGradedAnew =
    stored?.type !== state.type ||
    stored.subtype !== state.subtype ||
    stored.priority !== state.priority ||
    stored.level !== state.level ||
    stored.policy_version !== state.policy.version;
  if (isGradedAnew) return all;
  const named = new Set(events.map(obligationOf));
  return all.filter((obligation) => obligation.state === 'open' || named.has(obligation.id));
}

function obligationOf({ data }: JournalEvent): string | null {
  const named = 'obligation' in data ? data.obligation : null;
  return typeof named === 'string' ? named : (named?.id ?? null);
}

/** The columns that only the first batch knows. */
export type RecordColumns = Pick<
  Selectable<CaseTable>,
  | 'source'
  | 'channel'
  | 'building'
  | 'unit'
  | 'asset'
  | 'room_index'
  | 'phone_index'
  | 'care_colour'
  | 'repeat_of'
  | 'root_case'
  | 'expected_resolution_at'
>;

export function recordColumns(record: OpenedRecord): RecordColumns {
  return {
    source: record.source,
    channel: record.channel,
    building: record.building,
    unit: record.unit,
    asset: record.asset,
    room_index: record.roomIndex,
    phone_index: record.phoneIndex,
    care_colour: record.careColour,
    repeat_of: record.repeatOf,
    root_case: record.rootCase,
    expected_resolution_at: timeOf(record.expectedResolutionAt),
  };
}

export type StateColumns = Omit<Selectable<CaseTable>, keyof RecordColumns>;

export function stateColumns(
  { state, clocks }: CaseSnapshot,
  written: { readonly at: Instant; readonly fence: Instant; readonly tally: FactTally },
): StateColumns {
  const open = Object.values(state.obligations).filter((obligation) => obligation.state === 'open');
  const running = open.filter((obligation) => !isPaused(obligation)).map((obligation) => obligation.dueAt);
  return {
    no: state.no,
    project: state.project.id,
    family: state.family,
    mode: state.mode,
    stage: state.stage,
    waiting_on: state.waitingOn,
    type: state.type,
    subtype: state.subtype,
    priority: state.priority,
    level: state.level,
    owner: state.owner,
    episode: state.episode,
    reopen_count: state.reopenCount,
    policy_version: state.policy.version,
    reported_at: timeOf(state.reportedAt),
    received_at: timeOf(state.receivedAt),
    closed_at: timeOf(state.closedAt),
    ended: state.ended,
    updated_at: timeOf(written.at),
    next_due_at: running.length === 0 ? null : timeOf(Math.min(...running)),
    overdue_count: open.filter((obligation) => obligation.overdue).length,
    seq: state.seq,
    fence: written.fence,
    snapshot: { state, clocks },
    tally: written.tally,
  };
}

export function obligationRow({ state, clocks }: CaseSnapshot, obligation: Obligation): Selectable<ObligationTable> {
  const clock = clocks[obligation.id];
  return {
    case_no: state.no,
    id: obligation.id,
    project: state.project.id,
    family: state.family,
    mode: state.mode,
    kind: obligation.kind,
    episode: obligation.episode,
    priority: state.priority,
    urgent: obligation.urgent,
    state: obligation.state,
    owed_as: obligation.owedBy.as,
    owed_role: obligation.owedBy.role,
    owed_department: obligation.owedBy.department,
    owed_person: obligation.owedBy.person,
    start_at: timeOf(obligation.start),
    opened_at: timeOf(obligation.openedAt),
    window_from: timeOf(obligation.windowFrom),
    limit_ms: obligation.limit,
    calendar: obligation.calendar,
    calendar_version: obligation.calendarVersion,
    due_at: timeOf(obligation.dueAt),
    due_base: timeOf(obligation.dueBase),
    warn_at: timeOf(clock?.warnAt ?? null),
    next_at: timeOf(clock?.nextAt ?? null),
    next: clock?.next ?? null,
    paused_since: timeOf(clock?.pausedSince ?? null),
    missed_at: timeOf(obligation.missedAt),
    overdue: obligation.overdue,
    ladder: obligation.ladder,
    rung: obligation.rung,
    max_rung: obligation.maxRung,
    exhausted: obligation.exhausted,
    born_late: obligation.bornLate,
    ended_at: timeOf(obligation.endedAt),
    late_ms: obligation.lateMs,
    end_reason: obligation.endReason,
  };
}

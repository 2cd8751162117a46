import type { AttemptFactTable } from '../schema/attempt-fact';
import type { CaseFactTable } from '../schema/case-fact';
import type { CommandReceiptTable } from '../schema/command-receipt';
import type { JournalTable } from '../schema/journal';
import type { ObligationTable } from '../schema/obligation';
import type { ObligationFactTable } from '../schema/obligation-fact';
import type { SegmentFactTable } from '../schema/segment-fact';
import type { TimerFactTable } from '../schema/timer-fact';
import type { RecordColumns, StateColumns } from './journal-rows';

/**
 * The statements of the journal's transaction. `WRITE` puts a batch into all tables at once: rows come as JSON and are
 * read by the table's own row type, so it is one round trip however many there are. All are prepared once per
 * connection, for planning `WRITE` takes longer than running it.
 */

/**
 * A stuck database gives up before the local activity does (1.5 s), and the batch goes the slow way. A worker that is
 * frozen in the middle loses its lock, so that whoever takes over its task can write.
 */
export const BEGIN = `begin; set local lock_timeout = 800; set local statement_timeout = 1000;
  set local idle_in_transaction_session_timeout = 2000`;

/** For a whole case at once, for which no command waits. */
export const BEGIN_PATIENTLY = `begin; set local lock_timeout = 5000; set local statement_timeout = 60000;
  set local idle_in_transaction_session_timeout = 5000`;

type Words<S extends string> = S extends `${infer First} ${infer Rest}` ? First | Words<Rest> : S;
type Exactly<T, S extends string> = [keyof T] extends [Words<S>] ? ([Words<S>] extends [keyof T] ? S : never) : never;

/** Names of all columns of T; a forgotten or an unknown one is a type error. */
export function columns<T>() {
  return <S extends string>(...lines: Exactly<T, S>[]): string[] => lines.flatMap((line) => line.split(' '));
}

const JOURNAL = columns<JournalTable>()(
  'case_no seq type at occurred_at by_id by_role by_department via episode policy_version data',
);
const RECEIPT = columns<CommandReceiptTable>()('case_no id command body_hash seq answer');
const RECORD = columns<RecordColumns>()(
  'source channel building unit asset room_index phone_index care_colour repeat_of root_case expected_resolution_at',
);
export const STATE = columns<StateColumns>()(
  'no project family mode stage waiting_on type subtype priority level owner episode reopen_count policy_version',
  'reported_at received_at closed_at ended updated_at next_due_at overdue_count seq fence snapshot tally',
);
export const OBLIGATION = columns<ObligationTable>()(
  'case_no id project family mode kind episode priority urgent state owed_as owed_role owed_department owed_person',
  'start_at opened_at window_from limit_ms calendar calendar_version due_at due_base warn_at next_at next paused_since',
  'missed_at overdue ladder rung max_rung exhausted born_late ended_at late_ms end_reason',
);
export const OBLIGATION_FACT = columns<ObligationFactTable>()(
  'case_no obligation_id project family population kind episode type subtype priority level role department person',
  'building asset_id opened_at due_base due_at due_day met_at missed_at outcome late_ms paused_ms max_rung',
  'policy_version',
);
export const CASE_FACT = columns<CaseFactTable>()(
  'case_no project family population type subtype priority level owner source channel building unit asset_id',
  'care_colour repeat_of root_case reported_at received_at reported_day reported_hour first_arrived_at',
  'first_completed_at completed_at closed_at close_reason reopens visits asked_at score scored_at labour_minutes',
  'policy_version',
);
const SEGMENT = columns<SegmentFactTable>()('case_no seq project track name waiting_on entered_at left_at');
const ATTEMPT = columns<AttemptFactTable>()('case_no seq project obligation_id number of at');
const TIMER = columns<TimerFactTable>()('case_no seq project purpose obligation_id planned_at fired_at');

export const list = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');
const assign = (names: readonly string[], from: string): string =>
  names.map((name) => `"${name}" = ${from}."${name}"`).join(', ');

const rows = (table: string, parameter: number): string =>
  `jsonb_populate_recordset(null::"${table}", $${parameter}::jsonb)`;

/** Rows of a JSON parameter into a table. */
export function insert(table: string, names: readonly string[], parameter: number): string {
  return `insert into "${table}" (${list(names)}) select ${list(names)} from ${rows(table, parameter)}`;
}

/** The same for rows that may be there already; one that is equal isn't written again. */
function upsert(table: string, names: readonly string[], keys: readonly string[], parameter: number): string {
  return `${insert(table, names, parameter)} ${otherwise(table, names, keys)}`;
}

function otherwise(table: string, names: readonly string[], keys: readonly string[]): string {
  const rest = names.filter((name) => !keys.includes(name));
  return `on conflict (${list(keys)}) do update set ${assign(rest, 'excluded')}
    where "${table}".* is distinct from excluded.*`;
}

/** What the lock tells of the case as it is stored. */
const STORED = `seq, fence, tally, updated_at, type, subtype, priority, level, policy_version, source, channel, building,
  unit, asset, care_colour, repeat_of, root_case`;

export const LOCK = { name: 'journal-lock', text: `select ${STORED} from "case" where no = $1 for update` };

/**
 * The first batch may find no row: one is made (`seq` 0), or the one that somebody else makes at this moment is waited
 * for and locked. $1: the row.
 */
export const OPEN = {
  name: 'journal-open',
  text: `insert into "case" (${list([...STATE, ...RECORD])})
    select ${list([...STATE, ...RECORD])} from jsonb_populate_record(null::"case", $1::jsonb)
    on conflict (no) do update set ${assign(RECORD, 'excluded')}
    returning ${STORED},
      exists (select from erasure where subject_kind = 'case' and subject_id = "case".no) as erased`,
};

/** Takes back everything from event $2 on, and what was derived from it, before other events take their place. */
export const UNWIND = {
  name: 'journal-unwind',
  text: `with
    receipts as (delete from command_receipt where case_no = $1 and seq >= $2),
    obligations as (delete from obligation where case_no = $1),
    obligation_facts as (delete from obligation_fact where case_no = $1),
    segments as (delete from segment_fact where case_no = $1),
    attempts as (delete from attempt_fact where case_no = $1 and seq >= $2),
    timers as (delete from timer_fact where case_no = $1 and seq >= $2)
    delete from journal where case_no = $1 and seq >= $2`,
};

/** An answer that is left out is the case after this batch, which is sent once only. */
const ANSWERED = `insert into command_receipt (${list(RECEIPT)})
  select case_no, id, command, body_hash, seq,
    coalesce(answer, jsonb_build_object('no', case_no, 'seq', seq, 'snapshot', (select snapshot from fresh)))
  from ${rows('command_receipt', 3)} ${otherwise('command_receipt', RECEIPT, ['case_no', 'id'])}`;

/**
 * Messages that only a lost run of the workflow task asked for are taken back: those it wrote before, under numbers from
 * this batch on where the batch asks for none.
 * $1 case, $2 journal, $3 receipts, $4 obligations, $5 their facts, $6 case fact, $7 segments, $8 attempts, $9 timers.
 */
export const WRITE = {
  name: 'journal-write',
  text: `with
    fresh as (select * from jsonb_populate_record(null::"case", $1::jsonb)),
    updated as (update "case" set ${assign(STATE.slice(1), 'fresh')} from fresh where "case".no = fresh.no),
    events as (${insert('journal', JOURNAL, 2)}),
    receipts as (${ANSWERED}),
    obligations as (${upsert('obligation', OBLIGATION, ['case_no', 'id'], 4)} returning 1),
    obligation_facts as (${upsert('obligation_fact', OBLIGATION_FACT, ['case_no', 'obligation_id'], 5)}),
    case_fact as (${upsert('case_fact', CASE_FACT, ['case_no'], 6)}),
    segments as (${upsert('segment_fact', SEGMENT, ['case_no', 'seq'], 7)}),
    attempts as (${insert('attempt_fact', ATTEMPT, 8)}),
    timers as (${insert('timer_fact', TIMER, 9)}),
    written as (select seq, type from ${rows('journal', 2)}),
    unasked as (
      delete from notification using fresh where notification.case_no = fresh.no and notification.fence < fresh.fence
        and notification.seq >= (select min(seq) from written)
        and notification.seq not in (select seq from written where type = 'notify-requested')
    ),
    feed as (
      insert into change_feed (project, case_no, seq, fence, kind, at)
      select project, no, seq, fence, kind, updated_at from fresh, unnest(array['case', 'obligation']) as kind
      where kind = 'case' or exists (select from obligations)
    )
    select pg_notify('change_feed', '')`,
};

/** A command that changed nothing still has its answer kept. $1: receipts. */
export const RECEIPTS = { name: 'journal-receipts', text: upsert('command_receipt', RECEIPT, ['case_no', 'id'], 1) };

import { sql, type Kysely, type RawBuilder, type Selectable } from 'kysely';
import type { Database } from '../schema';
import type { CaseTable } from '../schema/case';
import { instantOf } from '../time';
import { caseFactRow, obligationFactRow, type FactRecord } from './fact-rows';
import { obligationRow, stateColumns } from './journal-rows';
import { CASE_FACT, list, OBLIGATION, OBLIGATION_FACT, STATE } from './journal-sql';

/** Compared on their own: the others are made from them. */
const MADE_FROM = ['snapshot', 'tally'];
const COLUMNS = STATE.filter((name) => !MADE_FROM.includes(name));

/**
 * Which of some cases contradict themselves: their case row's columns, obligations and facts must be what follows from
 * its snapshot and tally, and their journal and timers as many as they say. Rows that are only in the journal's own
 * text (segments, attempts, the events themselves) are compared by a rebuild. A case that is written between the two
 * statements is passed over.
 */
export async function spoiltCases(db: Kysely<Database>, nos: readonly string[]): Promise<Set<string>> {
  if (nos.length === 0) return new Set();
  const cases = await db.selectFrom('case').selectAll().where('no', 'in', nos).execute();
  const expected = cases.map(expectedRows);
  const { rows } = await sql<{ no: string }>`
    with said as (select * from ${asRows(
      'case',
      expected.map(({ state }) => state),
    )}),
    unchanged as (select c.* from "case" c join said using (no) where c.seq = said.seq and c.fence = said.fence),
    spoilt as (
      ${unequal(
        'case',
        'no',
        COLUMNS,
        expected.map(({ state }) => state),
      )} union all
      ${unequal(
        'obligation',
        'case_no',
        OBLIGATION,
        expected.flatMap(({ obligations }) => obligations),
      )} union all
      ${unequal(
        'obligation_fact',
        'case_no',
        OBLIGATION_FACT,
        expected.flatMap(({ facts }) => facts),
      )} union all
      ${unequal(
        'case_fact',
        'case_no',
        CASE_FACT,
        expected.map(({ fact }) => fact),
      )} union all
      select no from unchanged c where seq <> (select count(*) from journal j where j.case_no = c.no) union all
      select no from unchanged c where
        (select count(*) from timer_fact t where t.case_no = c.no) <>
        (select count(*) from journal j where j.case_no = c.no and type = 'timer-fired'
          and (j.data->>'plannedAt')::numeric > extract(epoch from c.received_at) * 1000)
    )
    select distinct no from spoilt join unchanged using (no)`.execute(db);
  return new Set(rows.map(({ no }) => no));
}

function expectedRows(row: Selectable<CaseTable>) {
  const { snapshot, tally, fence } = row;
  const at = instantOf(row.updated_at);
  const record: FactRecord = {
    ...{ source: row.source, channel: row.channel, building: row.building, unit: row.unit, asset: row.asset },
    ...{ careColour: row.care_colour, repeatOf: row.repeat_of, rootCase: row.root_case },
  };
  const obligations = Object.values(snapshot.state.obligations);
  return {
    // Number, order and time of the last write are the row's own; all else is said by what it was made from.
    state: { ...stateColumns(snapshot, { at, fence, tally }), no: row.no, seq: row.seq, snapshot: null, tally: null },
    obligations: obligations.map((obligation) => ({ ...obligationRow(snapshot, obligation), case_no: row.no })),
    facts: obligations.map((one) => ({ ...obligationFactRow(snapshot, record, one, at), case_no: row.no })),
    fact: { ...caseFactRow(snapshot, record, tally), case_no: row.no },
  };
}

/** Cases of which a table has other rows than these. */
function unequal(
  table: string,
  no: string,
  names: readonly string[],
  rows: readonly object[],
): RawBuilder<{ no: string }> {
  const columns = sql.raw(list([no, ...names.filter((name) => name !== no)]));
  const said = sql`select ${columns} from ${asRows(table, rows)}`;
  const stored = sql`select ${columns} from ${sql.table(table)} where ${sql.ref(no)} in (select no from said)`;
  return sql`select ${sql.ref(no)} as no from
    ((${said} except ${stored}) union all (${stored} except ${said})) as differing`;
}

function asRows(table: string, rows: readonly object[]): RawBuilder<unknown> {
  return sql`jsonb_populate_recordset(null::${sql.table(table)}, ${JSON.stringify(rows)}::jsonb)`;
}

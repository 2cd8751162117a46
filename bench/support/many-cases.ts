import type { Pool } from 'pg';

/** A read model of ten years of fifty projects, written by SQL: as many workflows would take days. */
export interface Amount {
  readonly projects: number;
  /** Open cases, each with three open obligations. */
  readonly open: number;
  /** Closed cases, each with two obligations that have ended. */
  readonly closed: number;
}

const FIRST = 'lakeside';
const STAFF = 40;

/** Rows that no workflow stands behind: nothing may audit them. @param now instant in ms that the rows lie around. */
export async function fillCases(pool: Pool, { projects, open, closed }: Amount, now: number): Promise<void> {
  const at = new Date(now).toISOString();
  await pool.query(CASES, [at, projects, open, open + closed, STAFF]);
  await pool.query(OPEN_OBLIGATIONS, [at]);
  await pool.query(ENDED_OBLIGATIONS);
  // As autovacuum would have them after a while.
  for (const table of ['"case"', 'obligation']) await pool.query(`vacuum analyze ${table}`);
}

/** One number per property, so that no two of them go together. */
const CASES = `
  insert into "case" (no, project, family, mode, stage, waiting_on, type, subtype, priority, level, owner, episode,
    reopen_count, policy_version, reported_at, received_at, closed_at, ended, updated_at, next_due_at, overdue_count,
    source, channel, building, unit, asset, room_index, phone_index, expected_resolution_at, seq, fence, snapshot, tally)
  select 'B-' || lpad(n::text, 8, '0'),
    case when n % $2::int = 0 then '${FIRST}' else 'project-' || n % $2::int end,
    case when n % 3 = 0 then 'repair' else 'complaint' end,
    'live',
    case when not is_open then 'closed' else (array['received','acknowledged','in-progress','awaiting-owner'])[1 + n / 7 % 4] end,
    'us', 'facility',
    (array['lift','water','power','lighting','noise'])[1 + n / 11 % 5],
    (array['urgent','important','routine'])[1 + n / 13 % 3],
    (array['major','medium','ordinary'])[1 + n / 17 % 3],
    'staff-' || n / $2::int % $5::int, 1, 0, 1, received, received,
    case when not is_open then received + interval '2 days' end, not is_open,
    received + interval '1 hour',
    case when is_open then received + interval '4 hours' end,
    case when is_open and n / 19 % 5 = 0 then 1 else 0 end,
    'resident', 'phone', (n / 23 % 12)::text, (n / 29 % 4)::text,
    case when n % 31 = 0 then 'asset-' || n / 31 % 40 end,
    md5((n / 37)::text), md5((n / 41)::text), received + interval '2 days', 20, 1, '{}', '{}'
  from (
    select n, n <= $3::int as is_open,
      case when n <= $3::int then $1::timestamptz - n * interval '8.64 seconds'
        else $1::timestamptz - interval '10 days' - n * interval '280 seconds' end as received
    from generate_series(1, $4::int) n
  ) numbered`;

const OBLIGATION = `case_no, id, project, family, mode, kind, episode, priority, urgent, state, owed_as, owed_role,
    owed_department, owed_person, start_at, opened_at, limit_ms, due_at, due_base, next_at, next, overdue, rung,
    max_rung, exhausted, ended_at`;

/** Of three, one is his in person, one of the department, one of the front desk. */
const OPEN_OBLIGATIONS = `
  insert into obligation (${OBLIGATION})
  select no, kind || '.1', project, family, mode, kind, 1, priority, priority = 'urgent', 'open',
    (array['person','department','role'])[which],
    case which when 1 then 'customer_service' when 2 then 'department' else 'customer_service' end,
    case which when 2 then 'engineering' end,
    case which when 1 then owner end,
    received_at, received_at, 14400000, due, due, due, 'miss', due < $1::timestamptz, 0, 3, false, null
  from "case", (values (1, 'resolve'), (2, 'part'), (3, 'progress')) v (which, kind),
    lateral (select received_at + which * interval '30 hours' as due) d
  where closed_at is null`;

const ENDED_OBLIGATIONS = `
  insert into obligation (${OBLIGATION})
  select no, kind || '.1', project, family, mode, kind, 1, priority, priority = 'urgent', 'met', 'role',
    'customer_service', null, null, received_at, received_at, 14400000, received_at + interval '4 hours',
    received_at + interval '4 hours', null, null, false, 0, 3, false, closed_at
  from "case", (values ('acknowledge'), ('resolve')) v (kind)
  where closed_at is not null`;

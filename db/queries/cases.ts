import { sql, type Kysely, type Selectable } from 'kysely';
import type { CaseMode, OpenedRecord } from '../../domain/event';
import type { Instant } from '../../domain/instant';
import type { Level, Priority } from '../../domain/policy';
import type { CaseSnapshot } from '../../domain/projection';
import type { CommandReceipt } from '../../workflows/contracts/journal';
import type { Database } from '../schema';
import type { CaseTable } from '../schema/case';
import { instantOf, timeOf } from '../time';
import {
  beyond,
  countFound,
  cursorInstant,
  inScope,
  oneOf,
  type Page,
  pageOf,
  type PageRequest,
  type ProjectScope,
} from './lists';

/** A case in a list. */
export interface CaseSummary {
  readonly no: string;
  readonly project: string;
  readonly family: string;
  readonly mode: CaseMode;
  readonly stage: string;
  readonly waitingOn: Selectable<CaseTable>['waiting_on'];
  readonly type: string | null;
  readonly subtype: string | null;
  readonly priority: Priority | null;
  readonly level: Level | null;
  readonly owner: string | null;
  readonly episode: number;
  readonly reopenCount: number;
  readonly policyVersion: number;
  readonly reportedAt: Instant;
  readonly receivedAt: Instant;
  readonly closedAt: Instant | null;
  readonly ended: boolean;
  readonly updatedAt: Instant;
  readonly nextDueAt: Instant | null;
  readonly overdueCount: number;
  readonly seq: number;
  readonly record: OpenedRecord;
}

export interface CaseDetail extends CaseSummary {
  readonly fence: number;
  readonly snapshot: CaseSnapshot;
}

/** Lists match any of their values; an instant range is half-open. */
export interface CaseFilter {
  readonly projects: ProjectScope;
  readonly numbers?: readonly string[];
  readonly families?: readonly string[];
  readonly modes?: readonly CaseMode[];
  readonly stages?: readonly string[];
  readonly waitingOn?: readonly string[];
  readonly types?: readonly string[];
  readonly subtypes?: readonly string[];
  readonly priorities?: readonly Priority[];
  readonly levels?: readonly Level[];
  readonly owners?: readonly string[];
  readonly buildings?: readonly string[];
  readonly units?: readonly string[];
  readonly assets?: readonly string[];
  readonly roomIndexes?: readonly string[];
  readonly phoneIndexes?: readonly string[];
  /** Closed cases only, or none. */
  readonly closed?: boolean;
  /** Cases with something overdue only, or none. */
  readonly overdue?: boolean;
  readonly receivedFrom?: Instant;
  readonly receivedBefore?: Instant;
}

/** What a list may be sorted by. By `nextDueAt` only cases that owe something are listed. */
export const CASE_SORTS = ['receivedAt', 'nextDueAt'] as const;
export type CaseSort = (typeof CASE_SORTS)[number];

export interface CaseQuery extends PageRequest {
  readonly filter: CaseFilter;
  readonly sort: CaseSort;
  readonly descending: boolean;
}

const SUMMARY = [
  ...(['no', 'project', 'family', 'mode', 'stage', 'waiting_on', 'type', 'subtype', 'priority', 'level'] as const),
  ...(['owner', 'episode', 'reopen_count', 'policy_version', 'reported_at', 'received_at', 'closed_at'] as const),
  ...(['ended', 'updated_at', 'next_due_at', 'overdue_count', 'seq', 'source', 'channel', 'building'] as const),
  ...(['unit', 'asset', 'room_index', 'phone_index', 'care_colour', 'repeat_of', 'root_case'] as const),
  'expected_resolution_at',
] as const;

type SummaryRow = Pick<Selectable<CaseTable>, (typeof SUMMARY)[number]>;

const SORT_COLUMN = { receivedAt: 'received_at', nextDueAt: 'next_due_at' } as const;

/** @throws CursorError. */
export async function listCases(db: Kysely<Database>, query: CaseQuery): Promise<Page<CaseSummary>> {
  const { filter, sort, descending, limit, cursor } = query;
  const column = SORT_COLUMN[sort];
  const found = filtered(db, filter).$if(sort === 'nextDueAt', (all) => all.where('next_due_at', 'is not', null));
  const order = descending ? 'desc' : 'asc';
  const [total, rows] = await Promise.all([
    countFound(db, found),
    found
      .select(SUMMARY)
      .$if(!!cursor, (all) => {
        const values = cursor ? [timeOf(cursorInstant(cursor)), cursor.id] : [];
        return all.where(beyond([sql.ref(column), sql.ref('no')], values, descending));
      })
      .orderBy(column, order)
      .orderBy('no', order)
      .limit(limit + 1)
      .execute(),
  ]);
  return pageOf(rows, limit, total, summary, (last) => ({ sort: [instantOf(last[column])], id: last.no }));
}

function filtered(db: Kysely<Database>, filter: CaseFilter) {
  let query = db.selectFrom('case').where(inScope(sql.ref('project'), filter.projects));
  const lists = [
    ['no', filter.numbers],
    ['family', filter.families],
    ['mode', filter.modes],
    ['stage', filter.stages],
    ['waiting_on', filter.waitingOn],
    ['type', filter.types],
    ['subtype', filter.subtypes],
    ['priority', filter.priorities],
    ['level', filter.levels],
    ['owner', filter.owners],
    ['building', filter.buildings],
    ['unit', filter.units],
    ['asset', filter.assets],
    ['room_index', filter.roomIndexes],
    ['phone_index', filter.phoneIndexes],
  ] as const;
  for (const [column, values] of lists) {
    if (values) query = query.where(oneOf(sql.ref(column), values));
  }
  const { closed, overdue, receivedFrom, receivedBefore } = filter;
  if (closed !== undefined) query = query.where('closed_at', closed ? 'is not' : 'is', null);
  if (overdue !== undefined) query = query.where('overdue_count', overdue ? '>' : '=', 0);
  if (receivedFrom !== undefined) query = query.where('received_at', '>=', timeOf(receivedFrom));
  if (receivedBefore !== undefined) query = query.where('received_at', '<', timeOf(receivedBefore));
  return query;
}

/** One case, or null when its row is not there (yet). */
export async function findCase(db: Kysely<Database>, no: string): Promise<CaseDetail | null> {
  const row = await db
    .selectFrom('case')
    .select([...SUMMARY, 'fence', 'snapshot'])
    .where('no', '=', no)
    .executeTakeFirst();
  return row ? { ...summary(row), fence: row.fence, snapshot: row.snapshot } : null;
}

/** Whose case it is: what a route needs to know before it answers anything about it. */
export interface CasePlace {
  readonly project: string;
  readonly family: string;
  readonly roomIndex: string | null;
  readonly phoneIndex: string | null;
}

export async function caseProject(db: Kysely<Database>, no: string): Promise<CasePlace | null> {
  const row = await db
    .selectFrom('case')
    .select(['project', 'family', 'room_index as roomIndex', 'phone_index as phoneIndex'])
    .where('no', '=', no)
    .executeTakeFirst();
  return row ?? null;
}

/** What was answered to a command of this case; null when it is not known here. */
export async function findReceipt(db: Kysely<Database>, no: string, id: string): Promise<CommandReceipt | null> {
  const row = await db
    .selectFrom('command_receipt')
    .select(['id', 'command', 'body_hash as bodyHash', 'seq', 'answer'])
    .where('case_no', '=', no)
    .where('id', '=', id)
    .executeTakeFirst();
  return row ?? null;
}

function summary(row: SummaryRow): CaseSummary {
  return {
    no: row.no,
    project: row.project,
    family: row.family,
    mode: row.mode,
    stage: row.stage,
    waitingOn: row.waiting_on,
    type: row.type,
    subtype: row.subtype,
    priority: row.priority,
    level: row.level,
    owner: row.owner,
    episode: row.episode,
    reopenCount: row.reopen_count,
    policyVersion: row.policy_version,
    reportedAt: instantOf(row.reported_at),
    receivedAt: instantOf(row.received_at),
    closedAt: instantOf(row.closed_at),
    ended: row.ended,
    updatedAt: instantOf(row.updated_at),
    nextDueAt: instantOf(row.next_due_at),
    overdueCount: row.overdue_count,
    seq: row.seq,
    record: {
      source: row.source,
      channel: row.channel,
      building: row.building,
      unit: row.unit,
      asset: row.asset,
      roomIndex: row.room_index,
      phoneIndex: row.phone_index,
      careColour: row.care_colour,
      repeatOf: row.repeat_of,
      rootCase: row.root_case,
      expectedResolutionAt: instantOf(row.expected_resolution_at),
    },
  };
}

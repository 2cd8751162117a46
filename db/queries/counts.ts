import { sql, type Kysely } from 'kysely';
import { HOUR, type Instant } from '../../domain/instant';
import type { Database } from '../schema';
import { timeOf } from '../time';
import { inScope, type ProjectScope } from './lists';
import { countUnread } from './notifications';
import { matches, type Debtor } from './obligations';

/** The numbers beside the lists (`/lists/counts`). */
export interface ListCounts {
  readonly cases: {
    readonly open: number;
    readonly overdue: number;
    readonly byStage: Readonly<Record<string, number>>;
  };
  readonly mine: WorkCounts;
  readonly all: WorkCounts;
  readonly unread: number;
}

/** Of open obligations. `dueSoon`: not overdue, and due within an hour. */
export interface WorkCounts {
  readonly open: number;
  readonly overdue: number;
  readonly dueSoon: number;
  readonly paused: number;
}

/** @param owedBy whose work and inbox `mine` and `unread` are. */
export async function listCounts(
  db: Kysely<Database>,
  query: { readonly projects: ProjectScope; readonly owedBy: Debtor; readonly asOf: Instant },
): Promise<ListCounts> {
  const { projects, owedBy, asOf } = query;
  const [stages, mine, all, unread] = await Promise.all([
    db
      .selectFrom('case')
      .select(['stage', (eb) => eb.fn.countAll<number>().as('total')])
      .select(sql<number>`count(*) filter (where overdue_count > 0)`.as('overdue'))
      .where(inScope(sql.ref('project'), projects))
      .where('closed_at', 'is', null)
      .groupBy('stage')
      .execute(),
    workCounts(db, projects, asOf, owedBy),
    workCounts(db, projects, asOf),
    countUnread(db, { projects, person: owedBy.person, roles: owedBy.roles }),
  ]);
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  return {
    cases: {
      open: sum(stages.map(({ total }) => total)),
      overdue: sum(stages.map(({ overdue }) => overdue)),
      byStage: Object.fromEntries(stages.map(({ stage, total }) => [stage, total])),
    },
    mine,
    all,
    unread,
  };
}

async function workCounts(
  db: Kysely<Database>,
  projects: ProjectScope,
  asOf: Instant,
  owedBy?: Debtor,
): Promise<WorkCounts> {
  const soon = timeOf(asOf + HOUR);
  return db
    .selectFrom('obligation as o')
    .where((eb) => matches(eb, { projects, owedBy, states: ['open'] }))
    .select((eb) => eb.fn.countAll<number>().as('open'))
    .select(sql<number>`count(*) filter (where o.overdue)`.as('overdue'))
    .select(
      sql<number>`count(*) filter (where not o.overdue and o.paused_since is null and o.due_at <= ${soon})`.as(
        'dueSoon',
      ),
    )
    .select(sql<number>`count(*) filter (where o.paused_since is not null)`.as('paused'))
    .executeTakeFirstOrThrow();
}

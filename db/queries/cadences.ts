import { sql, type Kysely } from 'kysely';
import type { EventData } from '../../domain/event';
import type { Instant } from '../../domain/instant';
import type { Database } from '../schema';
import { instantOf, timeOf } from '../time';
import {
  beyond,
  countRows,
  cursorInstant,
  inScope,
  pageOf,
  type Page,
  type PageRequest,
  type ProjectScope,
} from './lists';

/** A cadence that a standard revision has set (`cadence-revised` of the journal: once per approval). */
export type RevisedCadence = EventData['cadence-revised'] & {
  readonly no: string;
  readonly project: string;
  readonly at: Instant;
  readonly by: string;
  readonly inForce: boolean;
};

export interface CadenceFilter {
  readonly projects: ProjectScope;
  readonly duty?: string | undefined;
  readonly asset?: string | undefined;
  readonly building?: string | undefined;
}

interface CadenceRow {
  readonly no: string;
  readonly project: string;
  readonly at: Date;
  readonly by: string;
  readonly data: EventData['cadence-revised'];
  readonly in_force: boolean;
}

/** Every revision, newest first. @throws CursorError */
export async function listCadences(
  db: Kysely<Database>,
  { filter, limit, cursor }: PageRequest & { readonly filter: CadenceFilter },
): Promise<Page<RevisedCadence>> {
  const named = (['duty', 'asset', 'building'] as const).flatMap((field) => {
    const value = filter[field];
    return value === undefined ? [] : [sql<boolean>`data ->> ${sql.lit(field)} = ${value}`];
  });
  const wanted = sql.join([inScope(sql.ref('project'), filter.projects), ...named], sql` and `);
  const all = sql`(
    select c.no, c.project, j.at, j.by_id as by, j.data, row_number() over (
      partition by c.project, j.data ->> 'duty', j.data ->> 'asset', case when j.data ->> 'asset' is null then j.data ->> 'building' end
      order by j.at desc, c.no desc) = 1 as in_force
    from journal as j join "case" as c on c.no = j.case_no
    where j.type = 'cadence-revised' and c.mode = 'live') as revised`;
  const after = cursor
    ? beyond([sql.ref('at'), sql.ref('no')], [timeOf(cursorInstant(cursor)), cursor.id], true)
    : sql<boolean>`true`;
  const [total, found] = await Promise.all([
    countRows(db, sql`${all} where ${wanted}`),
    sql<CadenceRow>`select * from ${all} where ${wanted} and ${after}
      order by at desc, no desc limit ${limit + 1}`.execute(db),
  ]);
  return pageOf(found.rows, limit, total, revisedCadence, ({ at, no }) => ({ sort: [instantOf(at)], id: no }));
}

const revisedCadence = ({ data, in_force: inForce, at, ...row }: CadenceRow): RevisedCadence => ({
  ...{ ...row, ...data, at: instantOf(at), inForce },
});

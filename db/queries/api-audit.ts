import { sql, type Kysely } from 'kysely';
import type { Database } from '../schema';
import { instantOf } from '../time';
import type { AuditRecord } from './audit';
import { countFound, inScope, type Page, pageOf, type PageRequest, type ProjectScope } from './lists';

export interface AuditFilter {
  readonly projects: ProjectScope;
  readonly subject?: string;
  readonly actor?: string;
  readonly action?: string;
  /** Number of the last entry when the list was asked for first. */
  readonly last: number;
}

/** Newest first. What concerns no project is shown to those who see all. */
export async function pageAudit(
  db: Kysely<Database>,
  query: PageRequest & { readonly filter: AuditFilter },
): Promise<Page<AuditRecord>> {
  const { filter, limit, cursor } = query;
  const { projects, subject, actor, action, last } = filter;
  const found = db
    .selectFrom('audit_log')
    .where(inScope(sql.ref('project'), projects))
    .where('n', '<=', last)
    .$if(subject !== undefined, (all) => all.where('subject', '=', subject ?? ''))
    .$if(actor !== undefined, (all) => all.where('actor', '=', actor ?? ''))
    .$if(action !== undefined, (all) => all.where('action', '=', action ?? ''));
  const [total, rows] = await Promise.all([
    countFound(db, found),
    found
      .selectAll()
      .$if(!!cursor, (all) => all.where('n', '<', Number(cursor?.id)))
      .orderBy('n', 'desc')
      .limit(limit + 1)
      .execute(),
  ]);
  return pageOf(
    rows,
    limit,
    total,
    ({ previous: _, ...row }): AuditRecord => ({ ...row, at: instantOf(row.at) }),
    ({ n }) => ({ sort: [last], id: String(n) }),
  );
}

export async function lastAudit(db: Kysely<Database>): Promise<number> {
  const row = await db
    .selectFrom('audit_log')
    .select((eb) => eb.fn.max('n').as('n'))
    .executeTakeFirst();
  return row?.n ?? 0;
}

/** The details under which something was made; null when it was not. */
export async function madeBefore(
  db: Kysely<Database>,
  subject: string,
  action: string,
): Promise<Readonly<Record<string, unknown>> | null> {
  const row = await db
    .selectFrom('audit_log')
    .select('details')
    .where('subject', '=', subject)
    .where('action', '=', action)
    .orderBy('n')
    .limit(1)
    .executeTakeFirst();
  return row?.details ?? null;
}

/** Of two that make the same thing at once, one waits until the other's transaction has ended. */
export async function lockMaking(db: Kysely<Database>, subject: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`make/${subject}`}, 0))`.execute(db);
}

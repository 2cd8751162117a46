import { sql, type Kysely } from 'kysely';
import type { Database } from '../schema';
import type { EndpointTable } from '../schema/endpoint';

/** Where somebody is reached by mail: references into the vault. */
export interface Mailbox {
  readonly refs: readonly string[];
  /** Language tag; null: the default. */
  readonly language: string | null;
}

/** A member of staff who is here, or those who live in the home that the case is about. */
export async function mailboxOf(db: Kysely<Database>, recipient: string): Promise<Mailbox | null> {
  const { rows } = await sql<{ value_ref: string; language: string | null }>`
    select k.value_ref, s.language from contact k join staff s on s.id = k.subject_id
      where k.subject_kind = 'staff' and k.subject_id = ${recipient} and s.active
    union all
    select k.value_ref, r.language from "case" c
      join household h on h.project = c.project and h.room_index = c.room_index
      join resident r on r.household = h.id
      join contact k on k.subject_kind = 'resident' and k.subject_id = r.id
      where c.no = ${recipient}
    order by value_ref`.execute(db);
  if (rows.length === 0) return null;
  return { refs: rows.map(({ value_ref: ref }) => ref), language: rows[0]?.language ?? null };
}

export interface Endpoint {
  readonly id: string;
  readonly project: string;
  readonly department: string | null;
  readonly kind: EndpointTable['kind'];
  readonly label: string;
  readonly host: string;
  readonly urlRef: string;
  readonly secretRef: string | null;
  readonly active: boolean;
}

export async function findEndpoint(db: Kysely<Database>, id: string): Promise<Endpoint | null> {
  const row = await db.selectFrom('endpoint').selectAll().where('id', '=', id).executeTakeFirst();
  return row ? endpoint(row) : null;
}

/** Robots of the groups that hear of what is for somebody of this department. */
export async function robotsFor(
  db: Kysely<Database>,
  { project, department }: { readonly project: string; readonly department: string | null },
): Promise<string[]> {
  const rows = await db
    .selectFrom('endpoint')
    .select('id')
    .where('project', '=', project)
    .where('active', '=', true)
    .where('kind', '<>', 'webhook')
    .where((eb) => eb.or([eb('department', 'is', null), eb('department', '=', department)]))
    .orderBy('id')
    .execute();
  return rows.map(({ id }) => id);
}

export function endpoint(row: Omit<EndpointTable, 'created_at'>): Endpoint {
  const { id, project, department, kind, label, host, active } = row;
  return { id, project, department, kind, label, host, urlRef: row.url_ref, secretRef: row.secret_ref, active };
}

import { sql, type Kysely } from 'kysely';
import type { Database } from '../schema';
import type { Instant } from '../../domain/instant';
import type { EndpointTable } from '../schema/endpoint';
import { timeOf } from '../time';
import { inScope, type ProjectScope } from './lists';
import { shred } from './vault';

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

/** Of these projects, by id. */
export async function listEndpoints(db: Kysely<Database>, projects: ProjectScope): Promise<Endpoint[]> {
  const found = db
    .selectFrom('endpoint')
    .selectAll()
    .where(inScope(sql.ref('project'), projects));
  return (await found.orderBy('project').orderBy('id').execute()).map(endpoint);
}

export async function insertEndpoint(db: Kysely<Database>, made: Endpoint, at: Instant): Promise<void> {
  const { urlRef, secretRef, ...rest } = made;
  const row = { ...rest, url_ref: urlRef, secret_ref: secretRef, created_at: timeOf(at) };
  await db.insertInto('endpoint').values(row).execute();
}

export async function changeEndpoint(
  db: Kysely<Database>,
  id: string,
  { urlRef, secretRef, ...rest }: Partial<Omit<Endpoint, 'id' | 'project' | 'kind'>>,
): Promise<void> {
  await db
    .updateTable('endpoint')
    .set({
      ...rest,
      ...(urlRef === undefined ? {} : { url_ref: urlRef }),
      ...(secretRef === undefined ? {} : { secret_ref: secretRef }),
    })
    .where('id', '=', id)
    .execute();
}

/** Its address and secret can't be read any more. */
export async function deleteEndpoint(db: Kysely<Database>, id: string, at: Instant): Promise<void> {
  await db.deleteFrom('endpoint').where('id', '=', id).execute();
  await shred(db, { kind: 'endpoint', id }, at);
}

export interface ContactOwner {
  readonly kind: 'staff' | 'resident';
  readonly id: string;
  /** Of a resident. */
  readonly project: string | null;
}

export interface Contact {
  /** Reference into the vault; null: he has no mailbox. */
  readonly emailRef: string | null;
  readonly language: string | null;
}

export async function contactOf(db: Kysely<Database>, { kind, id }: ContactOwner): Promise<Contact> {
  const person = await db.selectFrom(kind).select('language').where('id', '=', id).executeTakeFirst();
  const mailbox = await db
    .selectFrom('contact')
    .select('value_ref')
    .where('subject_kind', '=', kind)
    .where('subject_id', '=', id)
    .where('channel', '=', 'email')
    .executeTakeFirst();
  return { emailRef: mailbox?.value_ref ?? null, language: person?.language ?? null };
}

/** Puts the whole of it in place of what was there. */
export async function replaceContact(
  db: Kysely<Database>,
  { kind, id, project }: ContactOwner,
  { emailRef, language }: Contact,
  at: Instant,
): Promise<void> {
  await db.updateTable(kind).set({ language }).where('id', '=', id).execute();
  await db.deleteFrom('contact').where('subject_kind', '=', kind).where('subject_id', '=', id).execute();
  if (emailRef === null) return;
  const row = { subject_kind: kind, subject_id: id, channel: 'email' as const, project, value_ref: emailRef };
  await db
    .insertInto('contact')
    .values({ ...row, created_at: timeOf(at) })
    .execute();
}

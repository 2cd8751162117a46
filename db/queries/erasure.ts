import { CompiledQuery, sql, type Kysely } from 'kysely';
import type { PoolClient } from 'pg';
import type { Instant } from '../../domain/instant';
import type { Database } from '../schema';
import { instantOf, timeOf } from '../time';
import { shredFiles } from './files';
import { revokeLinksOf } from './resident-links';
import { shred } from './vault';

/** Erasing people by crypto-shredding: clocks, counts and journals of their cases stay as they are. */

export interface Erasure {
  readonly resident: string;
  /** Numbers of the cases whose texts went with him, sorted. */
  readonly cases: readonly string[];
  /** The first time. */
  readonly at: Instant;
}

/** The telephone that a case was reported from stands in its row and in its first event. $1: its number. */
const FORGET_CALLER = `with row as (update "case" set phone_index = null where no = $1 and phone_index is not null)
  update journal set data = jsonb_set(data, '{record,phoneIndex}', 'null')
  where case_no = $1 and type = 'received' and data -> 'record' ->> 'phoneIndex' is not null`;

export interface ResidentPlace {
  readonly id: string;
  readonly household: string;
  readonly project: string;
  /** Empty once he was erased. */
  readonly nameIndex: string;
  readonly phoneIndex: string | null;
}

/** Who is to be erased or corrected, locked until the transaction ends; null when there is no such resident. */
export async function lockResident(db: Kysely<Database>, id: string): Promise<ResidentPlace | null> {
  const row = await db
    .selectFrom('resident')
    .select(['id', 'household', 'project', 'name_index as nameIndex', 'phone_index as phoneIndex'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  return row ?? null;
}

/**
 * Makes everything personal that is kept of somebody unreadable: name and telephone, all texts of the cases that he
 * reported (from his telephone of now or then, with his own login, or named here) with their photos, and what he was
 * found by; his keys are revoked.
 * Done again, it takes what has come since. To be called in a transaction.
 *
 * @param named further cases that he reported, from elsewhere; they need not be in the read model yet.
 */
export async function eraseResident(
  db: Kysely<Database>,
  resident: ResidentPlace,
  named: readonly string[],
  at: Instant,
): Promise<Erasure> {
  const { id } = resident;
  await shred(db, { kind: 'resident', id }, at);
  await shredFiles(db, { looseBy: id }, at);
  await db
    .updateTable('resident')
    .set({ name_index: '', initials_index: '', phone_index: null })
    .where('id', '=', id)
    .execute();
  await db.deleteFrom('contact').where('subject_kind', '=', 'resident').where('subject_id', '=', id).execute();
  await db
    .updateTable('api_key')
    .set((eb) => ({ label: '', revoked_at: eb.fn.coalesce('revoked_at', eb.val(timeOf(at))) }))
    .where('resident', '=', id)
    .execute();
  for (const no of await reportedBy(db, resident, named)) await eraseCase(db, resident, no, at);
  await db.deleteFrom('resident_former').where('resident', '=', id).execute();
  await remember(db, { kind: 'resident', id, resident: id }, at);
  const erasure = (await erasures(db, id))[0];
  if (!erasure) throw new Error(`the erasure of ${id} vanished`);
  return erasure;
}

/**
 * Cases from a telephone that was his then, which is nobody else's now: one that was a slip of the pen is another's.
 */
const fromFormerPhone = (id: string, project: string) => sql`exists (
  select from resident_former f where f.resident = ${id} and f.field = 'phone'
    and f.value_index = "case".phone_index and f.until >= "case".received_at
    and not exists (select from resident r where r.project = ${project} and r.phone_index = f.value_index))`;

/** His cases, in the order in which all who lock several do it. */
async function reportedBy(db: Kysely<Database>, { id, project, phoneIndex }: ResidentPlace, named: readonly string[]) {
  const { rows } = await sql<{ no: string }>`
    select no from "case" where project = ${project} and (
      phone_index = ${phoneIndex} or ${fromFormerPhone(id, project)} or no = any(${[...named]}::text[]) or no in (select subject_id from erasure where resident = ${id} and subject_kind = 'case')
      or no in (select case_no from journal where by_id = ${id} and seq = 1 and by_role = 'resident')
    ) order by no for update`.execute(db);
  return [...new Set([...rows.map(({ no }) => no), ...named])];
}

async function eraseCase(db: Kysely<Database>, { id }: ResidentPlace, no: string, at: Instant): Promise<void> {
  await shred(db, { kind: 'case', id: no }, at);
  await shredFiles(db, { caseNo: no }, at);
  await db.executeQuery(CompiledQuery.raw(FORGET_CALLER, [no]));
  await revokeLinksOf(db, no, 'erasure', at);
  await remember(db, { kind: 'case', id: no, resident: id }, at);
}

async function remember(
  db: Kysely<Database>,
  { kind, id, resident }: { readonly kind: 'case' | 'resident'; readonly id: string; readonly resident: string },
  at: Instant,
): Promise<void> {
  await db
    .insertInto('erasure')
    .values({ subject_kind: kind, subject_id: id, resident, at: timeOf(at) })
    .onConflict((conflict) => conflict.columns(['subject_kind', 'subject_id']).doNothing())
    .execute();
}

/** For the journal: what tells of the caller was written anew with a case of somebody who was erased. */
export async function forgetCaller(client: PoolClient, no: string): Promise<void> {
  await client.query(FORGET_CALLER, [no]);
}

/** Who was erased, oldest first: what must be done again to a database that was restored from an older backup. */
export async function erasures(db: Kysely<Database>, resident?: string): Promise<Erasure[]> {
  const rows = await db
    .selectFrom('erasure as r')
    .leftJoin('erasure as c', (join) => join.onRef('c.resident', '=', 'r.subject_id').on('c.subject_kind', '=', 'case'))
    .select(['r.subject_id as resident', 'r.at', 'c.subject_id as no'])
    .where('r.subject_kind', '=', 'resident')
    .$if(resident !== undefined, (all) => all.where('r.subject_id', '=', resident ?? ''))
    .orderBy('r.at')
    .orderBy('r.subject_id')
    .orderBy('c.subject_id')
    .execute();
  return [...new Set(rows.map((row) => row.resident))].map((id) => {
    const own = rows.filter((row) => row.resident === id);
    const cases = own.flatMap(({ no }) => (no === null ? [] : [no]));
    return { resident: id, at: instantOf((own[0] as (typeof own)[number]).at), cases };
  });
}

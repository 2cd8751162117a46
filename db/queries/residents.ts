import { sql, type Kysely } from 'kysely';
import type { Instant } from '../../domain/instant';
import type { Database } from '../schema';
import { timeOf } from '../time';

/** What is put in the place of a name: its reference into the vault and what it is found by. */
export interface NewName {
  readonly ref: string;
  readonly index: string;
  /** Empty where there are none. */
  readonly initials: string;
}

export interface NewPhone {
  readonly ref: string;
  readonly index: string;
}

/** When, and whether by hand or by a ledger. */
export interface Correction {
  readonly at: Instant;
  readonly corrected: boolean;
}

/** He is found by it from now on; a ledger that has the old one still means him. In a transaction. */
export async function setName(trx: Kysely<Database>, id: string, name: NewName, how: Correction): Promise<void> {
  await keepFormer(trx, id, { field: 'name', next: name.index }, how);
  await trx
    .updateTable('resident')
    .set({ name_ref: name.ref, name_index: name.index, initials_index: name.initials })
    .where('id', '=', id)
    .execute();
}

/** @param phone null: he has none. In a transaction. */
export async function setPhone(
  trx: Kysely<Database>,
  id: string,
  phone: NewPhone | null,
  how: Correction,
): Promise<void> {
  await keepFormer(trx, id, { field: 'phone', next: phone?.index ?? null }, how);
  await trx
    .updateTable('resident')
    .set({ phone_ref: phone?.ref ?? null, phone_index: phone?.index ?? null })
    .where('id', '=', id)
    .execute();
}

/** Keeps what he was found by until now, and forgets that he was once found by what he is found by next. */
async function keepFormer(
  trx: Kysely<Database>,
  id: string,
  { field, next }: { readonly field: 'name' | 'phone'; readonly next: string | null },
  { at, corrected }: Correction,
): Promise<void> {
  const current = sql.ref(field === 'name' ? 'name_index' : 'phone_index');
  await sql`insert into resident_former (resident, field, value_index, until, corrected)
    select id, ${field}, ${current}, ${timeOf(at)}, ${corrected} from resident
    where id = ${id} and ${current} is distinct from ${next} and ${current} is not null
    on conflict (resident, field, value_index) do update set until = excluded.until, corrected = excluded.corrected`.execute(
    trx,
  );
  if (next === null) return;
  await trx
    .deleteFrom('resident_former')
    .where('resident', '=', id)
    .where('field', '=', field)
    .where('value_index', '=', next)
    .execute();
}

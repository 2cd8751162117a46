import { sql, type Kysely } from 'kysely';

/** By what residents were found before they were corrected. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table resident_former (
    resident text not null references resident (id),
    field text not null,
    value_index text not null,
    until timestamptz not null,
    corrected boolean not null,
    primary key (resident, field, value_index)
  )`.execute(db);
}

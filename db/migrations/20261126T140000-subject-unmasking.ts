import { sql, type Kysely } from 'kysely';

/** Who unmasked how much lately, with what is seen of single people; the index before it stays for a release that runs. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index audit_log_unmaskings on audit_log (actor, at)
    where action in ('case.unmask', 'household.unmask', 'subject.unmask', 'unmask.beyond-budget')`.execute(db);
}

import { createHash } from 'node:crypto';
import { sql, type Kysely, type Selectable } from 'kysely';
import type { Instant } from '../../domain/instant';
import type { Database } from '../schema';
import type { AuditLogTable } from '../schema/audit-log';
import { instantOf, timeOf } from '../time';
import { insertMany } from './insert-many';
import { inScope, type ProjectScope } from './lists';

/** Who saw or did what. Codes and ids, never personal data. */
export interface AuditEntry {
  readonly at: Instant;
  readonly actor: string;
  readonly role: string;
  /** `case.unmask`, `policy.publish`, `key.revoke` … */
  readonly action: string;
  /** `case/C-7K2M-94QD` */
  readonly subject: string;
  readonly project: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface AuditRecord extends AuditEntry {
  readonly n: number;
  readonly hash: string;
}

export type AuditCheck =
  | { readonly intact: true; readonly count: number; readonly head: string }
  /**
   * `n`: the first row that is not as it was written: `changed` (or put in), `missing`, or, though the chain fits, not
   * the one that the head kept elsewhere says (`rewritten`: all of it was made anew; `cut-off`: the end is gone).
   */
  | { readonly intact: false; readonly n: number; readonly why: 'changed' | 'missing' | 'rewritten' | 'cut-off' };

/** The number of an entry and its hash, written down outside of the database. */
export interface AuditHead {
  readonly n: number;
  readonly hash: string;
}

/** What the first row follows. */
const ROOT = createHash('sha256').update('guanjia/audit/1').digest('hex');
const PAGE = 1_000;

/** Appends to the chain. One writer at a time; within a transaction of the caller's it holds the others up until then. */
export async function appendAudit(db: Kysely<Database>, entry: AuditEntry): Promise<AuditRecord> {
  const [record] = await appendAudits(db, [entry]);
  if (!record) throw new Error('nothing was appended');
  return record;
}

/** Appends several, in their order. */
export async function appendAudits(db: Kysely<Database>, entries: readonly AuditEntry[]): Promise<AuditRecord[]> {
  if (!db.isTransaction) return db.transaction().execute((trx) => appendAudits(trx, entries));
  await sql`select pg_advisory_xact_lock(hashtextextended('audit-log', 0))`.execute(db);
  const last = await db.selectFrom('audit_log').select(['n', 'hash']).orderBy('n', 'desc').limit(1).executeTakeFirst();
  let n = last?.n ?? 0;
  let head = last?.hash ?? ROOT;
  const rows = entries.map((entry) => {
    n += 1;
    const details = JSON.parse(JSON.stringify(entry.details)) as AuditEntry['details'];
    const previous = head;
    head = hashOf(previous, n, { ...entry, details });
    return { ...entry, n, at: timeOf(entry.at), details, previous, hash: head };
  });
  await insertMany(db, 'audit_log', rows);
  return rows.map(({ previous: _, at, ...row }) => ({ ...row, at: instantOf(at) }));
}

/**
 * Computes the whole chain again. Whoever may do everything in the database can make a whole chain anew, or cut off its
 * end: that shows only beside a head that was kept elsewhere.
 */
export async function verifyAudit(db: Kysely<Database>, kept?: AuditHead): Promise<AuditCheck> {
  let head = ROOT;
  let count = 0;
  for (;;) {
    const rows = await db.selectFrom('audit_log').selectAll().where('n', '>', count).orderBy('n').limit(PAGE).execute();
    for (const row of rows) {
      const { n, hash, ...entry } = record(row);
      if (n !== count + 1) return { intact: false, n: count + 1, why: 'missing' };
      if (row.previous !== head || hashOf(head, n, entry) !== hash) return { intact: false, n, why: 'changed' };
      if (n === kept?.n && hash !== kept.hash) return { intact: false, n, why: 'rewritten' };
      head = hash;
      count = n;
    }
    if (rows.length === PAGE) continue;
    if (kept && kept.n > count) return { intact: false, n: count + 1, why: 'cut-off' };
    return { intact: true, count, head };
  }
}

/** Newest first, before number `before`. Entries without a project are shown to those who see all. */
export async function listAudit(
  db: Kysely<Database>,
  query: {
    readonly projects: ProjectScope;
    readonly subject?: string;
    readonly before?: number;
    readonly limit: number;
  },
): Promise<AuditRecord[]> {
  const { projects, subject, before, limit } = query;
  const rows = await db
    .selectFrom('audit_log')
    .selectAll()
    .where(inScope(sql.ref('project'), projects))
    .$if(subject !== undefined, (all) => all.where('subject', '=', subject ?? ''))
    .$if(before !== undefined, (all) => all.where('n', '<', before ?? 0))
    .orderBy('n', 'desc')
    .limit(limit)
    .execute();
  return rows.map(record);
}

function record(row: Selectable<AuditLogTable>): AuditRecord {
  const { n, actor, role, action, subject, project, details, hash } = row;
  return { n, at: instantOf(row.at), actor, role, action, subject, project, details, hash };
}

function hashOf(previous: string, n: number, entry: AuditEntry): string {
  const { at, actor, role, action, subject, project, details } = entry;
  const content = canonical([previous, n, at, actor, role, action, subject, project, details]);
  return createHash('sha256').update(content).digest('hex');
}

/** JSON with sorted keys: jsonb does not keep their order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

import { createHash } from 'node:crypto';
import { Client, types } from 'pg';

/** Rows as PostgreSQL has them, by statements of our own. Instants are ms since the epoch. */
export interface JournalRow {
  readonly no: string;
  readonly seq: number;
  readonly type: string;
  readonly at: number;
  readonly via: { readonly kind: string; readonly command?: string; readonly id?: string };
  readonly data: Readonly<Record<string, unknown>>;
}

export interface CaseRow {
  readonly no: string;
  readonly seq: number;
  readonly ended: boolean;
  readonly snapshot: { readonly state: Readonly<Record<string, unknown>> };
}

export interface ObligationRow {
  readonly no: string;
  readonly id: string;
  readonly state: string;
  readonly missed: boolean;
}

export interface NotificationRow {
  readonly id: string;
  readonly key: string;
  readonly no: string;
  readonly recipient: string | null;
}

export interface AuditRow {
  readonly n: number;
  readonly at: number;
  readonly actor: string;
  readonly role: string;
  readonly action: string;
  readonly subject: string;
  readonly project: string | null;
  readonly details: unknown;
  readonly previous: string;
  readonly hash: string;
}

export interface Rows {
  readonly cases: readonly CaseRow[];
  readonly journal: ReadonlyMap<string, readonly JournalRow[]>;
  readonly obligations: readonly ObligationRow[];
  readonly notifications: readonly NotificationRow[];
  readonly receipts: ReadonlySet<string>;
  readonly audit: readonly AuditRow[];
  /** By case number: everything that is stored of a case, in one digest. */
  readonly digests: ReadonlyMap<string, string>;
}

const MS = (column: string): string => `round(extract(epoch from ${column}) * 1000)::int8`;

const SQL = {
  cases: 'select no, seq, ended, snapshot from "case"',
  journal: `select case_no as no, seq, type, ${MS('at')} as at, via, data from journal order by case_no, seq`,
  obligations: 'select case_no as no, id, state, missed_at is not null as missed from obligation',
  notifications: 'select id, key, case_no as no, recipient from notification',
  receipts: 'select case_no as no, id from command_receipt',
  audit: `select n, ${MS('at')} as at, actor, role, action, subject, project, details, previous, hash
    from audit_log order by n`,
  // Everything but the marks that readers make.
  whole: `select no, string_agg(line, E'\\n' order by line) as lines from (
      select no, 'case ' || to_jsonb(c)::text as line from "case" c
      union all select case_no, 'journal ' || to_jsonb(j)::text from journal j
      union all select case_no, 'obligation ' || to_jsonb(o)::text from obligation o
      union all select case_no, 'receipt ' || to_jsonb(r)::text from command_receipt r
      union all select case_no, 'notice ' || (to_jsonb(n) - 'read_at' - 'acknowledged_at')::text from notification n
    ) as lines group by no`,
} as const;

/** Reads all tables in one transaction, so that they belong together. */
export async function readRows(databaseUrl: string): Promise<Rows> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    return await rowsSeenBy(client);
  } finally {
    await client.end();
  }
}

/** Reads all tables as they are to a session, what it has not committed included. */
export async function rowsSeenBy(client: Client): Promise<Rows> {
  const all = async <R extends object>(text: string): Promise<R[]> =>
    (await client.query<R>({ text, types: { getTypeParser } })).rows;
  return {
    journal: byCase(await all<JournalRow>(SQL.journal)),
    cases: await all<CaseRow>(SQL.cases),
    obligations: await all<ObligationRow>(SQL.obligations),
    notifications: await all<NotificationRow>(SQL.notifications),
    receipts: new Set((await all<{ no: string; id: string }>(SQL.receipts)).map(({ no, id }) => `${no} ${id}`)),
    audit: await all<AuditRow>(SQL.audit),
    digests: new Map((await all<{ no: string; lines: string }>(SQL.whole)).map(({ no, lines }) => [no, sha256(lines)])),
  };
}

function byCase<R extends { readonly no: string }>(rows: readonly R[]): Map<string, R[]> {
  const groups = new Map<string, R[]>();
  for (const row of rows) {
    const group = groups.get(row.no);
    if (group) group.push(row);
    else groups.set(row.no, [row]);
  }
  return groups;
}

const INT8 = 20;

function getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  if (oid === INT8) return Number;
  return types.getTypeParser(oid, format) as (value: string) => unknown;
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

import type { Generated } from 'kysely';

export const tableName = 'change_feed';

/** What changed, for `GET /stream`: ids and states only. Read by (xid, n), and only below the oldest running xid. */
export interface ChangeFeedTable {
  /** xid8 of the writing transaction, as text. */
  xid: Generated<string>;
  n: Generated<number>;
  project: string;
  case_no: string;
  seq: number;
  /** null for notices, which no second run can take back. */
  fence: number | null;
  kind: 'case' | 'obligation' | 'notice';
  at: Date;
}

export type PartialDB = { [tableName]: ChangeFeedTable };

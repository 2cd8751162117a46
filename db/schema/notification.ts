import type { Role } from '../../domain/actor';
import type { CaseMode } from '../../domain/event';
import type { Json } from './json';

export const tableName = 'notification';

/** One message in one inbox. */
export interface NotificationTable {
  /** Hash of key and recipient: the same message never lies in one inbox twice. */
  id: string;
  /** Stable key of the request. */
  key: string;
  project: string;
  case_no: string;
  seq: number;
  mode: CaseMode;
  /** Id of a member of staff, `resident`, or null: addressed to a role that nobody holds. */
  recipient: string | null;
  /** The role through which he was reached; null for a person and the resident. */
  role: Role | null;
  /** Roles that nobody held, tried before. */
  skipped: Role[];
  template: string;
  args: Json<Record<string, string | number>>;
  urgent: boolean;
  obligation: string | null;
  text_ref: string | null;
  channel: string;
  sent_at: Date;
  read_at: Date | null;
  acknowledged_at: Date | null;
  /** As `case.fence`, of the run of a workflow task that asked for it last. Null: sent by a former release. */
  fence: number | null;
  /** Digest of what was asked for. */
  asked: string | null;
  /**
   * What becomes of it beyond the inbox: `due` to be handed over to the delivery of its recipient, `handed` over,
   * `settled` one way or the other. Null: nothing does.
   */
  handover: 'due' | 'handed' | 'settled' | null;
}

export type PartialDB = { [tableName]: NotificationTable };

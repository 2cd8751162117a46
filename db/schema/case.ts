import type { CaseMode, OpenedRecord, WaitingOn } from '../../domain/event';
import type { FactTally } from '../../domain/facts';
import type { Level, Priority } from '../../domain/policy';
import type { CaseSnapshot } from '../../domain/projection';
import type { Json } from './json';

export const tableName = 'case';

/** A case as lists show it: the fold of its journal up to `seq`. Can be rebuilt from the histories at any time. */
export interface CaseTable {
  no: string;
  project: string;
  family: string;
  mode: CaseMode;
  stage: string;
  waiting_on: WaitingOn;
  type: string | null;
  subtype: string | null;
  priority: Priority | null;
  level: Level | null;
  owner: string | null;
  episode: number;
  reopen_count: number;
  policy_version: number;
  reported_at: Date;
  received_at: Date;
  closed_at: Date | null;
  /** Its workflow has ended. */
  ended: boolean;
  /** Instant of the last event. */
  updated_at: Date;
  /** Earliest due instant of what is owed and not paused. */
  next_due_at: Date | null;
  overdue_count: number;

  source: OpenedRecord['source'];
  channel: string;
  building: string | null;
  unit: string | null;
  asset: string | null;
  room_index: string | null;
  phone_index: string | null;
  care_colour: string | null;
  repeat_of: string | null;
  root_case: string | null;
  expected_resolution_at: Date | null;

  seq: number;
  /** Time of the workflow task that wrote last, ms: a token to compare, not a time to show. */
  fence: number;
  snapshot: Json<CaseSnapshot>;
  /** What the facts need of the events before `seq`. */
  tally: Json<FactTally>;
}

export type PartialDB = { [tableName]: CaseTable };

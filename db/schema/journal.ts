import type { Role } from '../../domain/actor';
import type { EventData, EventType, Via } from '../../domain/event';
import type { Json } from './json';

export const tableName = 'journal';

/** What happened to a case, `seq` 1, 2, 3 … without a gap. Texts stand in it as references. */
export interface JournalTable {
  case_no: string;
  seq: number;
  type: EventType;
  at: Date;
  occurred_at: Date | null;
  by_id: string;
  by_role: Role;
  by_department: string | null;
  via: Json<Via>;
  episode: number;
  policy_version: number;
  data: Json<EventData[EventType]>;
}

export type PartialDB = { [tableName]: JournalTable };

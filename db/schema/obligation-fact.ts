import type { Role } from '../../domain/actor';
import type { Population } from '../../domain/facts';
import type { OutcomeClass } from '../../domain/obligation';
import type { Level, Priority } from '../../domain/policy';

export const tableName = 'obligation_fact';

/** What indicators count (management.md section 3). The class is decided in domain/, SQL only counts. */
export interface ObligationFactTable {
  case_no: string;
  obligation_id: string;
  project: string;
  family: string;
  population: Population;
  kind: string;
  episode: number;
  type: string | null;
  subtype: string | null;
  priority: Priority | null;
  level: Level | null;
  role: Role;
  department: string | null;
  person: string | null;
  building: string | null;
  asset_id: string | null;
  opened_at: Date;
  due_base: Date;
  due_at: Date;
  /** Local day of `due_base`; null while paused: it is in no period until it is resumed. */
  due_day: string | null;
  met_at: Date | null;
  missed_at: Date | null;
  outcome: OutcomeClass;
  late_ms: number | null;
  paused_ms: number;
  max_rung: number;
  policy_version: number;
}

export type PartialDB = { [tableName]: ObligationFactTable };

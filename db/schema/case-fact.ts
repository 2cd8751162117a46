import type { CloseReason, Population } from '../../domain/facts';
import type { Level, Priority } from '../../domain/policy';

export const tableName = 'case_fact';

export interface CaseFactTable {
  case_no: string;
  project: string;
  family: string;
  population: Population;
  type: string | null;
  subtype: string | null;
  priority: Priority | null;
  level: Level | null;
  owner: string | null;
  source: string;
  channel: string;
  building: string | null;
  unit: string | null;
  asset_id: string | null;
  care_colour: string | null;
  repeat_of: string | null;
  root_case: string | null;
  reported_at: Date;
  received_at: Date;
  /** Local day and hour (0–23) of the report in the project's zone. */
  reported_day: string;
  reported_hour: number;
  first_arrived_at: Date | null;
  first_completed_at: Date | null;
  completed_at: Date | null;
  closed_at: Date | null;
  close_reason: CloseReason | null;
  reopens: number;
  visits: number;
  asked_at: Date | null;
  score: number | null;
  scored_at: Date | null;
  labour_minutes: number | null;
  policy_version: number;
}

export type PartialDB = { [tableName]: CaseFactTable };

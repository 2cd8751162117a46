import type { Role } from '../../domain/actor';
import type { CaseMode } from '../../domain/event';
import type { Obligation, OwedBy } from '../../domain/obligation';
import type { Priority } from '../../domain/policy';

export const tableName = 'obligation';

/** The full clock of every obligation, ended ones included. */
export interface ObligationTable {
  case_no: string;
  id: string;
  project: string;
  family: string;
  mode: CaseMode;
  kind: string;
  episode: number;
  priority: Priority | null;
  urgent: boolean;
  state: Obligation['state'];
  owed_as: OwedBy['as'];
  owed_role: Role;
  owed_department: string | null;
  owed_person: string | null;
  start_at: Date;
  opened_at: Date;
  window_from: Date | null;
  limit_ms: number;
  calendar: string | null;
  calendar_version: string | null;
  due_at: Date;
  due_base: Date;
  warn_at: Date | null;
  next_at: Date | null;
  /** What happens at `next_at`: warn, remind, miss, rung, unacknowledged. */
  next: string | null;
  paused_since: Date | null;
  missed_at: Date | null;
  overdue: boolean;
  ladder: string | null;
  rung: number;
  max_rung: number;
  exhausted: boolean;
  born_late: NonNullable<Obligation['bornLate']> | null;
  ended_at: Date | null;
  late_ms: number | null;
  end_reason: string | null;
}

export type PartialDB = { [tableName]: ObligationTable };

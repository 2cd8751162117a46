export const AUDITOR_WORKFLOW = 'auditorWorkflow';

/** What the auditor found in one round, by kind. */
export interface AuditReport {
  readonly compared: number;
  /** The next round goes on after this number; '' when all were compared. */
  readonly next: string;
  /** Cases whose row lags behind or differs from the workflow, and were written anew. */
  readonly repaired: number;
  /** Running workflows without a row. */
  readonly missing: number;
  /** Open rows without a running workflow: nothing can be repaired, somebody must look. */
  readonly orphaned: number;
  /** Cases that could not be asked or mended; the next round tries again. */
  readonly failed: number;
}

export interface AuditorActivities {
  /**
   * Compares open cases with their workflows, repairs what differs, exports the counts.
   * @param from the number after which it begins to ask cases; left out: where the last round stopped.
   */
  audit(from?: string): Promise<AuditReport>;
  /** Deletes change-feed rows older than a day. */
  pruneFeed(): Promise<number>;
}

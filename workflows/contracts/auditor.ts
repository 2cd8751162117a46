/** What the auditor found in one round, by kind. */
export interface AuditReport {
  readonly compared: number;
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
  /** Compares open cases with their workflows, repairs what differs, exports the counts. */
  audit(): Promise<AuditReport>;
  /** Deletes change-feed rows older than a day. */
  pruneFeed(): Promise<number>;
}

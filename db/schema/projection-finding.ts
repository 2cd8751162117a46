export const tableName = 'projection_finding';

/** Where the auditor found the read model and a workflow to differ. */
export interface ProjectionFindingTable {
  case_no: string;
  found_at: Date;
  kind: 'missing' | 'orphaned' | 'lagging' | 'differs';
  workflow_seq: number | null;
  row_seq: number | null;
  repaired_at: Date | null;
}

export type PartialDB = { [tableName]: ProjectionFindingTable };

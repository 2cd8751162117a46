import type { WaitingOn } from '../../domain/event';

export const tableName = 'segment_fact';

/** How long a case, or one department's part of it, stayed where, and whom it waited for. */
export interface SegmentFactTable {
  case_no: string;
  /** The event with which it began. */
  seq: number;
  project: string;
  /** `stage`, or `part:engineering`. */
  track: string;
  name: string;
  waiting_on: WaitingOn;
  entered_at: Date;
  left_at: Date | null;
}

export type PartialDB = { [tableName]: SegmentFactTable };

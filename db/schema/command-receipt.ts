import type { CommandAnswer } from '../../workflows/contracts/journal';
import type { Json } from './json';

export const tableName = 'command_receipt';

/** What was answered to a command, so that the same key gets the same answer. */
export interface CommandReceiptTable {
  case_no: string;
  id: string;
  command: string;
  body_hash: string;
  seq: number;
  answer: Json<CommandAnswer>;
}

export type PartialDB = { [tableName]: CommandReceiptTable };

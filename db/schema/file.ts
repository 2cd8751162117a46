export const tableName = 'file';

/** A photo. Its bytes lie encrypted in the store of files; its data key in the vault under subject `file`. */
export interface FileTable {
  id: string;
  project: string;
  /** Null until a command names it. */
  case_no: string | null;
  /** Who sent it: a member of staff, a resident, a machine. */
  by_id: string;
  type: string;
  /** Bytes, in the clear. */
  size: number;
  /** Of the bytes in the clear, hex; empty after an erasure. */
  sha256: string;
  /** Name in the store. */
  store_key: string;
  created_at: Date;
  attached_at: Date | null;
  /** When a command last named it while it was in no case: it may be on its way into one. */
  named_at: Date | null;
  /** From then on nobody can open it, for good. */
  erased_at: Date | null;
  /** From then on its bytes are not in the store either. */
  removed_at: Date | null;
}

export type PartialDB = { [tableName]: FileTable };

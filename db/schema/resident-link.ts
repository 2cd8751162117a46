import type { LinkRight } from '../../domain/resident';
import type { Role } from '../../domain/actor';

export const tableName = 'resident_link';

/** A link with which whoever has it sees one case, and acts on it as its resident. */
export interface ResidentLinkTable {
  id: string;
  /** SHA-256 of the secret in it, hex. */
  hash: string;
  case_no: string;
  project: string;
  /** What it is good for besides looking. */
  rights: LinkRight[];
  /** Made by the system, for the messages of the case. */
  for_messages: boolean;
  made_by: string;
  made_in_role: Role;
  created_at: Date;
  expires_at: Date;
  revoked_at: Date | null;
  revoked_by: string | null;
}

export type PartialDB = { [tableName]: ResidentLinkTable };

export const tableName = 'external_identity';

/** Whom somebody of the company's identity provider is here. */
export interface ExternalIdentityTable {
  /** Keyed index of issuer and subject: the subject itself, often an address, is not kept. */
  id: string;
  issuer: string;
  staff: string;
  created_at: Date;
  created_by: string;
}

export type PartialDB = { [tableName]: ExternalIdentityTable };

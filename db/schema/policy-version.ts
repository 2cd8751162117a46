import type { FamilyPolicy } from '../../domain/policy';
import type { Json } from './json';

export const tableName = 'policy_version';

/** A published policy: never changed, for cases began with it. */
export interface PolicyVersionTable {
  family: string;
  version: number;
  document: Json<FamilyPolicy>;
  /** The text that was published, with its comments. */
  yaml: string;
  published_at: Date;
  published_by: string;
}

export type PartialDB = { [tableName]: PolicyVersionTable };

import type { z } from 'zod';
import type { FamilyPolicy } from '../../domain/policy';
import { parseComplaint } from './complaint';
import { parseConsultation } from './consultation';
import { parseDispute } from './dispute';
import { parseRepair } from './repair';
import { parseRevision } from './standard-revision';
import type { Unpublished } from './schema';

/** Reads the plain values of a policy file into the policy of one family. */
type ParseFamily = (raw: unknown) => z.ZodSafeParseResult<Unpublished<FamilyPolicy>>;

/**
 * The families by the word that their files have under `policy`. A new family is a file beside complaint.ts and a line
 * here.
 */
const FAMILIES = {
  complaint: parseComplaint,
  repair: parseRepair,
  consultation: parseConsultation,
  dispute: parseDispute,
  'standard-revision': parseRevision,
};

export type PolicyFamily = keyof typeof FAMILIES;
export const POLICY_FAMILIES: Readonly<Record<PolicyFamily, ParseFamily>> = FAMILIES;

/** A policy that was read and checked, of any family. */
export type PolicyDraft = Unpublished<FamilyPolicy>;

export function isPolicyFamily(name: unknown): name is PolicyFamily {
  return typeof name === 'string' && Object.hasOwn(POLICY_FAMILIES, name);
}

import type { z } from 'zod';
import type { FamilyPolicy } from '../../domain/policy';
import { parseComplaint } from './complaint';
import type { Unpublished } from './schema';

/** Reads the plain values of a policy file into the policy of one family. */
type ParseFamily = (raw: unknown) => z.ZodSafeParseResult<Unpublished<FamilyPolicy>>;

/**
 * The families by the word that their files have under `policy`. A new family is a file beside complaint.ts and a line
 * here.
 */
export const POLICY_FAMILIES = {
  complaint: parseComplaint,
} satisfies Readonly<Record<string, ParseFamily>>;

export type PolicyFamily = keyof typeof POLICY_FAMILIES;

/** A policy that was read and checked, of any family. */
export type PolicyDraft = Extract<ReturnType<(typeof POLICY_FAMILIES)[PolicyFamily]>, { success: true }>['data'];

export function isPolicyFamily(name: unknown): name is PolicyFamily {
  return typeof name === 'string' && Object.hasOwn(POLICY_FAMILIES, name);
}

import { z } from 'zod';
import { ROLES, type Role } from '../../domain/actor';
import { code } from './text';

/** Small schemas that several resources share. */

/** RFC 3339 in UTC with milliseconds. */
export const at = z.string().meta({ format: 'date-time' });
export const atOrNull = at.nullable();

/** Id of a project. */
export const projectId = code().max(80);
export const departmentId = code().max(80);
/** Id of a member of staff, a household, a resident, a key. */
export const subjectId = z
  .string()
  .max(80)
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.:-]*$/, 'an id');
/** A name as people write it; kept encrypted. */
export const personName = z.string().trim().min(1).max(80).meta({ description: 'Kept encrypted' });

export const careColour = z.enum(['red', 'yellow', 'green']).meta({ id: 'CareColour' });
/** Projects: some, or `*` for all there are and will be. */
export const projectScope = z
  .union([z.literal('*'), z.array(projectId).min(1).max(200)])
  .meta({ id: 'ProjectScope', description: 'Ids of projects, or * for all' });

/** Roles that a person or a machine can be given; `system` is the engine's own. */
const GIVEN_ROLES = ROLES.filter((role): role is Exclude<Role, 'system'> => role !== 'system');
export const givenRole = z.enum(GIVEN_ROLES).meta({ id: 'GivenRole' });
/** Roles of those who work here. */
const STAFF_ROLES = GIVEN_ROLES.filter((role): role is Exclude<Role, 'system' | 'resident'> => role !== 'resident');
export const staffRole = z.enum(STAFF_ROLES).meta({ id: 'StaffRole' });

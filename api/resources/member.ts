import type { Kysely } from 'kysely';
import { listStaff, type StaffMember } from '../../db/queries/directory';
import type { Database } from '../../db/schema';
import type { Principal } from '../http/access';
import { problem } from '../http/problem';

/**
 * Somebody with a role in a project of the caller.
 * @throws Problem not-found
 */
export async function visibleMember(
  db: Kysely<Database>,
  { projects }: Pick<Principal, 'projects'>,
  id: string,
): Promise<StaffMember> {
  const [member] = await listStaff(db, { projects, ids: [id] });
  if (!member) throw problem('not-found');
  return member;
}

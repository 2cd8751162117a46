import { ROLES, type Role } from '../../domain/actor';
import { memberByIdentity } from '../../db/queries/identities';
import type { StaffMember } from '../../db/queries/directory';
import type { ApiDeps } from '../deps';
import type { Known, Principal } from '../http/access';
import { problem } from '../http/problem';
import type { Tokens } from './tokens';

type Deps = Pick<ApiDeps, 'database' | 'directory' | 'blindIndex'>;

/** Whom people of the identity provider are here. Believed for as long as keys are. */
export interface Identities {
  /** @param role that he wants to come in; else the one his token names, or the only one that he holds. */
  byToken(tokens: Tokens, token: string, role: string | null): Promise<Known>;
  /** @throws Problem role-unclear */
  byId(id: string, role: string | null): Promise<Known>;
}

const KEY_ID = /^identity:(.+)$/;

/** What a principal who came by an identity has in the place of a key's id. */
export const keyIdOfIdentity = (id: string): string => `identity:${id}`;

/** Null where he came by something else. */
export const identityOfKeyId = (keyId: string): string | null => KEY_ID.exec(keyId)?.[1] ?? null;

/** What the directory keeps of an identity is kept under this name. */
export const identityEntry = (id: string): string => `identity/${id}`;

export function createIdentities({ database, directory, blindIndex }: Deps): Identities {
  const find = (id: string): Promise<StaffMember | null> =>
    directory.remember(identityEntry(id), () => memberByIdentity(database.db, id));

  const byId: Identities['byId'] = async (id, role) => {
    const member = await find(id);
    return member ? knownAs(id, member, role) : 'identity-unknown';
  };
  return {
    byId,
    byToken: async (tokens, token, role) => {
      const claims = await tokens.bearer(token);
      if (claims === null || claims === 'token-expired') return claims;
      const known = await byId(blindIndex.identity(claims.issuer, claims.subject), role ?? claims.role);
      return known === null || typeof known === 'string' ? known : { ...known, until: claims.expiresAt };
    },
  };
}

function knownAs(id: string, member: StaffMember, wanted: string | null): Principal | null {
  if (!member.active) return null;
  const held = ROLES.filter((role) => role !== 'system' && member.roles.some((each) => each.role === role));
  if (held.length === 0) return null;
  const role = chosen(held, wanted);
  const projects = member.roles.filter((each) => each.role === role).map(({ project }) => project);
  return {
    ...{ id: member.id, kind: 'staff', department: member.department, role },
    projects: projects.includes('*') ? '*' : projects,
    keyId: keyIdOfIdentity(id),
  };
}

/** The one that is named, or the only one: whoever holds several says in which he comes. */
function chosen(held: readonly Role[], wanted: string | null): Role {
  const role = wanted === null ? (held.length === 1 ? held[0] : undefined) : held.find((each) => each === wanted);
  if (role === undefined) throw problem('role-unclear', { held });
  return role;
}

import { parseApiKey, verifyApiKey } from '../common/crypto/api-key';
import { MINUTE } from '../domain/instant';
import { findKeyInUse, type KeyInUse } from '../db/queries/api-keys';
import { touchKey, type KeyHolder } from '../db/queries/keys';
import type { ProjectScope } from '../db/queries/lists';
import { createIdentities, identityOfKeyId } from './auth/identities';
import type { ApiDeps } from './deps';
import type { Known, Principal } from './http/access';
import type { Authenticate } from './http/dispatch';
import { problem } from './http/problem';

type Deps = Pick<ApiDeps, 'database' | 'clock' | 'directory' | 'blindIndex' | 'tokens'>;

export interface Principals {
  /** By the key itself, `gj_…`. An unknown key and a wrong secret are not told apart. */
  byKey(plain: string): Promise<Known>;
  /** By its id: for logins that began with the key itself. */
  byId(keyId: string): Promise<Known>;
  /** By a token of the identity provider, in one of his roles. @throws Problem role-unclear, identity-provider-away */
  byToken(token: string, role: string | null): Promise<Known>;
  /** As he is known now: for streams, which last longer than a look at a key. */
  again(principal: Principal): Promise<Known>;
}

const BEARER = /^Bearer +(\S+)$/i;
/** Header, payload and signature; whether they are any is for jose to say. */
const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]*$/;
/** Compared with where there is no key of that id, so that both take as long. */
const NO_HASH = '0'.repeat(64);

/** `Authorization: Bearer gj_…`, or a token of the identity provider where there is one. */
export function createAuthenticate(deps: Deps): Authenticate {
  const principals = createPrincipals(deps);
  return async (authorization, role) => {
    const plain = BEARER.exec(authorization)?.[1];
    if (plain === undefined) return null;
    if (TOKEN.test(plain)) return principals.byToken(plain, role);
    const known = await principals.byKey(plain);
    if (role !== null && known !== null && typeof known !== 'string' && known.role !== role) {
      throw problem('role-unclear', { held: [known.role] });
    }
    return known;
  };
}

/**
 * Who the keys stand for. Keys read once are believed for two seconds, and while the database is away until it is back:
 * commands go on then, and a revocation could not have been written anyway.
 */
export function createPrincipals(deps: Deps): Principals {
  const { database, clock, directory, tokens } = deps;
  const identities = createIdentities(deps);
  const touched = new Map<string, number>();

  const find = async (id: string): Promise<KeyInUse | null> => {
    try {
      return await directory.remember(keyEntry(id), async () => (await findKeyInUse(database.db, id)) ?? unknown());
    } catch (error) {
      if (error instanceof UnknownKey) return null;
      throw error;
    }
  };

  const touch = (id: string): void => {
    const now = clock.now();
    if (Math.abs(now - (touched.get(id) ?? -Infinity)) < MINUTE) return;
    touched.set(id, now);
    // Only for people who look at the list: a request never waits for it and never fails by it.
    void touchKey(database.db, id, now).catch(() => undefined);
  };

  const byId = async (keyId: string): Promise<Known> => {
    const key = await find(keyId);
    return key && knownAs(key, clock.now());
  };

  return {
    byKey: async (plain) => {
      const parsed = parseApiKey(plain);
      const key = parsed && (await find(parsed.id));
      if (!verifyApiKey(plain, key?.hash ?? NO_HASH) || !key) return null;
      const known = knownAs(key, clock.now());
      if (known !== null && typeof known !== 'string') touch(key.id);
      return known;
    },
    byId,
    byToken: async (token, role) => (tokens ? identities.byToken(tokens, token, role) : null),
    again: async ({ keyId, role, until }) => {
      const identity = identityOfKeyId(keyId);
      if (identity === null) return byId(keyId);
      if (until !== undefined && until <= clock.now()) return 'token-expired';
      const known = await identities.byId(identity, role);
      return known === null || typeof known === 'string' ? known : { ...known, until };
    },
  };
}

/** What the directory keeps of a key is kept under this name. */
export const keyEntry = (id: string): string => `api-key/${id}`;

/** Thrown instead of remembered: made-up ids must not fill the memory. */
class UnknownKey extends Error {}

function unknown(): never {
  throw new UnknownKey();
}

function knownAs(key: KeyInUse, now: number): Known {
  if (key.revokedAt !== null) return 'key-revoked';
  if (key.expiresAt !== null && key.expiresAt <= now) return 'key-expired';
  const projects = common(key.projects, key.held);
  if (!key.active || (projects !== '*' && projects.length === 0)) return null;
  return { ...holderOf(key), role: key.role, projects, keyId: key.id };
}

function holderOf(key: KeyHolder): Pick<Principal, 'id' | 'kind' | 'department' | 'householdId'> {
  if (key.staff !== null) return { id: key.staff, kind: 'staff', department: key.department };
  if (key.household !== null || key.resident !== null) {
    const id = key.resident ?? `household:${key.household ?? ''}`;
    return {
      id,
      kind: 'resident',
      department: null,
      ...(key.household === null ? {} : { householdId: key.household }),
    };
  }
  return { id: `machine:${key.id}`, kind: 'machine', department: null };
}

/** A personal key reaches as far as its holder's role does now. */
function common(projects: ProjectScope, held: ProjectScope | null): ProjectScope {
  if (held === null || held === '*') return projects;
  return projects === '*' ? held : projects.filter((project) => held.includes(project));
}

import { hashOfToken } from '../../common/crypto/link-token';
import { findLink, type ResidentLink } from '../../db/queries/resident-links';
import type { ApiDeps } from '../deps';
import type { Capability, LinkGrant, Principal } from '../http/access';
import { problem } from '../http/problem';

/** Somebody who came with a resident's link. */
export type LinkHolder = Principal & { readonly link: LinkGrant };

/** A resident's link as the login of the one case that it is for; `{token}` in the path. */
export function linkCapability({ database, clock, reads }: Pick<ApiDeps, 'database' | 'clock' | 'reads'>): Capability {
  return {
    in: 'token',
    authenticate: async (token) => {
      const hash = hashOfToken(token);
      // Looked up each time: what was revoked ends with that.
      const link = hash === null ? null : await reads.ask(() => findLink(database.db, { hash }));
      if (!link) return null;
      if (link.revokedAt !== null || link.expiresAt <= clock.now()) throw problem('link-ended');
      return holderOf(link);
    },
  };
}

/** As the journal keeps him: by the link, since nobody knows in whose hands it is. */
function holderOf({ id, caseNo, project, rights, expiresAt }: ResidentLink): LinkHolder {
  const name = `link:${id}`;
  return {
    ...{ id: name, kind: 'resident', role: 'resident', department: null, projects: [project], keyId: name },
    link: { no: caseNo, rights, expiresAt },
  };
}

/** @throws Error for anybody else: the routes of links let nobody else in. */
export function requireLink(principal: Principal): LinkHolder {
  const { link } = principal;
  if (!link) throw new Error('came without a link');
  return { ...principal, link };
}

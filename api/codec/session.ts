import { DecryptionError } from '../../common/crypto/aes-gcm';
import { MissingKeyError } from '../../common/crypto/keyring';
import { HOUR } from '../../domain/instant';
import { createPrincipals } from '../authenticate';
import type { ApiDeps } from '../deps';
import type { CookieLogin } from '../http/access';
import { problem } from '../http/problem';

type Deps = Pick<ApiDeps, 'database' | 'clock' | 'directory' | 'blindIndex' | 'tokens' | 'sealer'>;

const NAME = 'gj_codec';
const LASTS = 8 * HOUR;
/** What the cookie is sealed for: no other sealed text opens as one. */
const PLACE = 'codec-session/v1';
const ATTRIBUTES = 'Path=/codec; HttpOnly; SameSite=Strict';

/** `Set-Cookie` for somebody who has just shown his key. Nothing is stored: the cookie says which key, until when. */
export function sessionCookie(deps: Deps, keyId: string, isSecure: boolean): string {
  const value = deps.sealer.seal(JSON.stringify([keyId, deps.clock.now() + LASTS]), PLACE);
  return `${NAME}=${value}; Max-Age=${LASTS / 1000}; ${ATTRIBUTES}${isSecure ? '; Secure' : ''}`;
}

export const endedCookie = `${NAME}=; Max-Age=0; ${ATTRIBUTES}`;

/**
 * The login of a browser. It counts only for pages of these origins, so that no other page reads in his name.
 * The key itself is looked at each time: revoked or run out, the login ends with it.
 */
export function cookieLogin(deps: Deps, origins: readonly string[]): CookieLogin {
  const principals = createPrincipals(deps);
  return {
    name: NAME,
    authenticate: async (value, origin) => {
      if (origin === null || !origins.includes(origin)) throw problem('origin-not-allowed');
      const session = open(deps, value);
      return session && session.until > deps.clock.now() ? principals.byId(session.keyId) : null;
    },
  };
}

function open({ sealer }: Deps, value: string): { readonly keyId: string; readonly until: number } | null {
  try {
    const [keyId, until] = JSON.parse(sealer.unseal(value, PLACE)) as [string, number];
    return { keyId, until };
  } catch (error) {
    if (error instanceof DecryptionError || error instanceof MissingKeyError) return null;
    throw error;
  }
}

import { createHash, randomBytes } from 'node:crypto';
import { insertAttempt, takeAttempt } from '../../db/queries/sessions';
import { MINUTE } from '../../domain/instant';
import type { ApiDeps } from '../deps';
import type { Known } from '../http/access';
import { problem } from '../http/problem';
import { createIdentities } from './identities';
import { Provider } from './provider';

/** So long somebody may take at the identity provider. */
const TAKES = 10 * MINUTE;
/** Says that it is the browser which was sent there that comes back. */
export const STATE_COOKIE = '__Host-guanjia-login';
const ATTRIBUTES = 'Path=/; HttpOnly; Secure; SameSite=Lax';
export const ENDED_STATE_COOKIE = `${STATE_COOKIE}=; Max-Age=0; ${ATTRIBUTES}`;
/** What an attempt is sealed for: no other sealed text opens as one. */
const PLACE = 'oidc-attempt/v1';

interface Attempt {
  readonly nonce: string;
  readonly verifier: string;
  readonly role: string | null;
  readonly returnTo: string;
}

export interface OidcLogin {
  /** Sends somebody to the identity provider. @throws Problem identity-provider-away */
  start(wanted: Pick<Attempt, 'role' | 'returnTo'>): Promise<{ readonly location: string; readonly cookie: string }>;
  /**
   * He is back.
   * @param cookie that `start` gave to the browser.
   * @throws Problem login-refused, identity-provider-away, role-unclear
   */
  finish(back: {
    readonly code: string;
    readonly state: string;
    readonly cookie: string | null;
  }): Promise<{ readonly known: Known; readonly returnTo: string }>;
}

/** The code flow with PKCE; state, nonce and verifier stay here. Null where no provider is configured for browsers. */
export function createOidcLogin(deps: ApiDeps): OidcLogin | null {
  const { tokens, clock, database, sealer, blindIndex } = deps;
  if (!tokens?.config.browser) return null;
  const provider = new Provider(tokens.config, tokens.config.browser, clock);
  const identities = createIdentities(deps);
  return {
    start: async (wanted) => {
      const [state, nonce, verifier] = [secret(), secret(), secret()];
      const location = await provider.loginAddress({ state, nonce, challenge: digest(verifier, 'base64url') });
      const attempt: Attempt = { nonce, verifier, ...wanted };
      const now = clock.now();
      const sealed = sealer.seal(JSON.stringify(attempt), PLACE);
      await insertAttempt(database.db, { id: digest(state, 'hex'), sealed, at: now, stale: now - TAKES });
      return { location, cookie: `${STATE_COOKIE}=${state}; Max-Age=${TAKES / 1000}; ${ATTRIBUTES}` };
    },
    finish: async ({ code, state, cookie }) => {
      if (cookie !== state) throw problem('login-refused');
      const sealed = await takeAttempt(database.db, digest(state, 'hex'), clock.now() - TAKES);
      if (sealed === null) throw problem('login-refused');
      const { nonce, verifier, role, returnTo } = JSON.parse(sealer.unseal(sealed, PLACE)) as Attempt;
      const token = await provider.exchange(code, verifier);
      const claims = token === null ? null : await tokens.identity(token);
      if (claims === null || claims === 'token-expired' || claims.nonce !== nonce) throw problem('login-refused');
      const id = blindIndex.identity(claims.issuer, claims.subject);
      return { known: await identities.byId(id, role ?? claims.role), returnTo };
    },
  };
}

const secret = (): string => randomBytes(32).toString('base64url');
const digest = (text: string, encoding: 'hex' | 'base64url'): string =>
  createHash('sha256').update(text, 'ascii').digest(encoding);

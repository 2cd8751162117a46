import { errors, jwtVerify, type JWTPayload } from 'jose';
import type { Clock } from '../../common/clock';
import type { IdentityConfig } from '../../common/config-identity';
import type { Logger } from '../../common/logger';
import { MINUTE, SECOND } from '../../domain/instant';
import { Problem } from '../http/problem';
import { KeySet } from './key-set';

/** What is taken from a token that is right. */
export interface Claims {
  readonly issuer: string;
  /** Who it is, by the provider's own name for him. */
  readonly subject: string;
  /** Milliseconds. */
  readonly expiresAt: number;
  /** The claim `guanjia_role`: in which of his roles he comes. */
  readonly role: string | null;
  /** Of an ID token: what was sent along with the question. */
  readonly nonce: string | null;
}

/** Null: not one of ours, for whatever reason. */
export type Checked = Claims | 'token-expired' | null;

/** Checks tokens of the one identity provider that is configured. */
export interface Tokens {
  readonly config: IdentityConfig;
  /** A token sent as `Authorization: Bearer …`. @throws Problem identity-provider-away */
  bearer(token: string): Promise<Checked>;
  /** The ID token of a browser's login. @throws Problem identity-provider-away */
  identity(token: string): Promise<Checked>;
}

/** Nothing older is taken, whatever it says of its own end. */
const MAX_AGE = 15 * MINUTE;
/** How far the provider's clock and ours may be apart. */
const TOLERANCE = 5 * SECOND;
const ROLE_CLAIM = 'guanjia_role';

export function createTokens(
  config: IdentityConfig,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): Tokens {
  const keys = new KeySet(config.jwksUrl, clock);

  const check = async (token: string, audience: string): Promise<Checked> => {
    try {
      const { payload } = await jwtVerify(token, keys.find, {
        issuer: config.issuer,
        audience,
        algorithms: [...config.algorithms],
        currentDate: new Date(clock.now()),
        maxTokenAge: MAX_AGE / SECOND,
        clockTolerance: TOLERANCE / SECOND,
        requiredClaims: ['sub', 'iat', 'exp'],
      });
      return claimsOf(payload);
    } catch (error) {
      if (error instanceof errors.JWTExpired) return 'token-expired';
      if (error instanceof Problem) throw error;
      // A key of the provider that jose refuses, for instance one that is too short, is told to those who run this.
      if (!(error instanceof errors.JOSEError)) logger.warn({ error }, 'a token could not be checked');
      return null;
    }
  };
  const { browser } = config;
  return {
    config,
    bearer: (token) => check(token, config.audience),
    identity: async (token) => (browser ? check(token, browser.clientId) : null),
  };
}

function claimsOf(payload: JWTPayload): Claims | null {
  const { iss, sub, exp, nonce, [ROLE_CLAIM]: role } = payload;
  if (typeof iss !== 'string' || typeof sub !== 'string' || sub === '' || typeof exp !== 'number') return null;
  return {
    issuer: iss,
    subject: sub,
    expiresAt: exp * SECOND,
    role: typeof role === 'string' ? role : null,
    nonce: typeof nonce === 'string' ? nonce : null,
  };
}

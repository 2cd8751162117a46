import { ConfigError, names, required, publicUrl, safeAddress, type Environment } from './environment';

/** Signatures that tokens may have: of public keys only, so that a key which everybody can read signs nothing. */
export const TOKEN_ALGORITHMS = ['RS256', 'ES256', 'EdDSA'] as const;
export type TokenAlgorithm = (typeof TOKEN_ALGORITHMS)[number];

/** A company's own identity provider: whose tokens are taken beside API keys (docs/login.md). */
export interface IdentityConfig {
  /** `iss` of its tokens, compared exactly. */
  readonly issuer: string;
  /** `aud` of the tokens that come as a bearer. */
  readonly audience: string;
  /** Where its public keys are (JWKS). */
  readonly jwksUrl: string;
  readonly algorithms: readonly TokenAlgorithm[];
  /** How browsers log in through it (OpenID Connect); null: they don't. */
  readonly browser: BrowserLogin | null;
}

export interface BrowserLogin {
  readonly clientId: string;
  /** Null: a public client, which PKCE alone protects. */
  readonly clientSecret: string | null;
  /** Where browsers reach this API: `https://guanjia.example`, without a slash at its end. */
  readonly publicUrl: string;
}

/** Null when no issuer is named. @throws ConfigError naming the variable that is missing or malformed. */
export function identityConfig(env: Environment): IdentityConfig | null {
  if (!env.GUANJIA_IDENTITY_ISSUER) return null;
  return {
    issuer: safeAddress(env, 'GUANJIA_IDENTITY_ISSUER'),
    audience: required(env, 'GUANJIA_IDENTITY_AUDIENCE'),
    jwksUrl: safeAddress(env, 'GUANJIA_IDENTITY_JWKS_URL'),
    algorithms: algorithms(env),
    browser: browserLogin(env),
  };
}

function algorithms(env: Environment): readonly TokenAlgorithm[] {
  const named = names(env, 'GUANJIA_IDENTITY_ALGORITHMS');
  if (named.length === 0) return ['RS256'];
  return named.map((name) => {
    const known = TOKEN_ALGORITHMS.find((each) => each === name);
    if (!known) throw new ConfigError(`GUANJIA_IDENTITY_ALGORITHMS may name ${TOKEN_ALGORITHMS.join(', ')} only.`);
    return known;
  });
}

function browserLogin(env: Environment): BrowserLogin | null {
  const clientId = env.GUANJIA_OIDC_CLIENT_ID;
  if (!clientId) return null;
  return { clientId, clientSecret: env.GUANJIA_OIDC_CLIENT_SECRET || null, publicUrl: publicUrl(env) };
}

import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type JWTPayload, type KeyLike } from 'jose';
import type { IdentityConfig, TokenAlgorithm } from '../../common/config-identity';

/** Claims; seconds where they are instants. `undefined` leaves one out. */
export type Wanted = Readonly<Record<string, unknown>>;

export interface SignedAs {
  /** With a key that the provider does not publish. */
  readonly unpublished?: boolean;
  readonly algorithm?: TokenAlgorithm;
}

/** An identity provider on this machine: key set, discovery, and the code flow of OpenID Connect with PKCE. */
export interface Issuer {
  readonly url: string;
  readonly config: IdentityConfig;
  /** Its clock, milliseconds. */
  now: number;
  state: 'up' | 'failing' | 'silent';
  /** Who is logged in at the provider. */
  subject: string;
  /** Put into ID tokens in the place of what belongs there. */
  idTokenClaims: Wanted;
  /** How often its keys were asked for. */
  readonly asked: () => number;
  token(claims?: Wanted, signed?: SignedAs): Promise<string>;
  /** Public key of RS256, as a PEM that an attacker can read. */
  readonly publicPem: () => string;
  /** New keys in the place of the old ones. */
  rotate(): Promise<void>;
  stop(): Promise<void>;
}

export const AUDIENCE = 'guanjia-api';
export const CLIENT = { id: 'guanjia-console', secret: 'a secret of the test' } as const;
const ALGORITHMS: readonly TokenAlgorithm[] = ['RS256', 'ES256', 'EdDSA'];

interface Pair {
  readonly kid: string;
  readonly privateKey: KeyLike;
  readonly publicKey: KeyLike;
}

interface Code {
  readonly challenge: string;
  readonly nonce: string;
  readonly redirect: string;
}

export async function startIssuer(options: { readonly publicUrl?: string } = {}): Promise<Issuer> {
  let keys = await newKeys('a');
  const hidden = await newKeys('a');
  let asked = 0;
  const codes = new Map<string, Code>();

  const token = async (claims: Wanted = {}, { unpublished, algorithm = 'RS256' }: SignedAs = {}): Promise<string> => {
    const pair = (unpublished ? hidden : keys).get(algorithm) as Pair;
    const now = Math.floor(issuer.now / 1000);
    const all = { iss: issuer.url, aud: AUDIENCE, sub: issuer.subject, iat: now, exp: now + 300, ...claims };
    const payload = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as JWTPayload;
    return new SignJWT(payload).setProtectedHeader({ alg: algorithm, kid: pair.kid }).sign(pair.privateKey);
  };

  const jwks = async () => ({
    keys: await Promise.all(
      [...keys].map(async ([alg, { kid, publicKey }]) => ({ ...(await exportJWK(publicKey)), kid, alg, use: 'sig' })),
    ),
  });

  const exchange = async (request: IncomingMessage): Promise<[number, unknown]> => {
    const form = new URLSearchParams(await bodyOf(request));
    const code = codes.get(form.get('code') ?? '');
    codes.delete(form.get('code') ?? '');
    const basic = Buffer.from(`${encodeURIComponent(CLIENT.id)}:${encodeURIComponent(CLIENT.secret)}`);
    const isClient = request.headers.authorization === `Basic ${basic.toString('base64')}`;
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const isRight = code?.challenge === challenge && code.redirect === form.get('redirect_uri');
    if (!isClient || !isRight) return [400, { error: isClient ? 'invalid_grant' : 'invalid_client' }];
    const idToken = await token({ aud: CLIENT.id, nonce: code.nonce, ...issuer.idTokenClaims });
    return [200, { access_token: 'unused', token_type: 'Bearer', id_token: idToken }];
  };

  const authorize = (url: URL, response: ServerResponse): void => {
    const of = (name: string): string => url.searchParams.get(name) ?? '';
    const isRight =
      of('client_id') === CLIENT.id && of('response_type') === 'code' && of('code_challenge_method') === 'S256';
    if (!isRight || !of('scope').split(' ').includes('openid')) return void response.writeHead(400).end();
    const code = randomBytes(12).toString('base64url');
    codes.set(code, { challenge: of('code_challenge'), nonce: of('nonce'), redirect: of('redirect_uri') });
    const back = new URL(of('redirect_uri'));
    back.search = new URLSearchParams({ code, state: of('state'), iss: issuer.url }).toString();
    response.writeHead(302, { location: back.href }).end();
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '', issuer.url);
    if (url.pathname === '/jwks') asked += 1;
    if (issuer.state === 'silent') return;
    if (issuer.state === 'failing') return void response.writeHead(503).end();
    const send = (status: number, body: unknown): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    switch (url.pathname) {
      case '/jwks':
        return send(200, await jwks());
      case '/.well-known/openid-configuration':
        return send(200, {
          issuer: issuer.url,
          authorization_endpoint: `${issuer.url}/authorize`,
          token_endpoint: `${issuer.url}/token`,
          jwks_uri: `${issuer.url}/jwks`,
        });
      case '/authorize':
        return authorize(url, response);
      case '/token':
        return send(...(await exchange(request)));
      default:
        return send(404, {});
    }
  };

  const server = createServer((request, response) => void answer(request, response));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer: Issuer = {
    url,
    config: {
      ...{ issuer: url, audience: AUDIENCE, jwksUrl: `${url}/jwks`, algorithms: ALGORITHMS },
      browser: { clientId: CLIENT.id, clientSecret: CLIENT.secret, publicUrl: options.publicUrl ?? 'http://localhost' },
    },
    now: Date.now(),
    state: 'up',
    subject: 'subject-1',
    idTokenClaims: {},
    asked: () => asked,
    token,
    publicPem: () => pemOf((keys.get('RS256') as Pair).publicKey),
    rotate: async () => {
      keys = await newKeys(randomBytes(4).toString('hex'));
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return issuer;
}

async function newKeys(name: string): Promise<Map<TokenAlgorithm, Pair>> {
  const pairs = await Promise.all(
    ALGORITHMS.map(async (algorithm) => {
      const pair = await generateKeyPair(algorithm);
      return [algorithm, { kid: `${name}-${algorithm}`, ...pair }] as const;
    }),
  );
  return new Map(pairs);
}

function pemOf(key: KeyLike): string {
  return (key as unknown as { export(options: object): string }).export({ type: 'spki', format: 'pem' });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

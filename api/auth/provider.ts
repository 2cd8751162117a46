import { z } from 'zod';
import type { Clock } from '../../common/clock';
import type { BrowserLogin, IdentityConfig } from '../../common/config-identity';
import { isLoopback } from '../../common/environment';
import { HOUR } from '../../domain/instant';
import { problem } from '../http/problem';

/** How long the provider may take. Milliseconds. */
const WITHIN = 5_000;
/** How long its description is believed. */
const FRESH = HOUR;

const endpoint = z.url().refine((text) => {
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
});
const description = z.object({ issuer: z.string(), authorization_endpoint: endpoint, token_endpoint: endpoint });
const tokenAnswer = z.object({ id_token: z.string().max(16_384) });
type Description = z.output<typeof description>;

/** OpenID Connect as a client: where people are sent, and what is asked for the code that they bring back. */
export class Provider {
  private kept: { readonly at: number; readonly value: Description } | null = null;

  constructor(
    private readonly config: IdentityConfig,
    private readonly browser: BrowserLogin,
    private readonly clock: Clock,
  ) {}

  private get redirectUri(): string {
    return `${this.browser.publicUrl}/auth/oidc/callback`;
  }

  /** @throws Problem identity-provider-away */
  async loginAddress(sent: { readonly state: string; readonly nonce: string; readonly challenge: string }) {
    const { authorization_endpoint: address } = await this.describe();
    const url = new URL(address);
    const parameters = {
      ...{ response_type: 'code', scope: 'openid', client_id: this.browser.clientId, redirect_uri: this.redirectUri },
      ...{ state: sent.state, nonce: sent.nonce, code_challenge: sent.challenge, code_challenge_method: 'S256' },
    };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return url.href;
  }

  /** @returns the ID token, unchecked; null when the code is not taken. @throws Problem identity-provider-away */
  async exchange(code: string, verifier: string): Promise<string | null> {
    const { token_endpoint: address } = await this.describe();
    const { clientId, clientSecret } = this.browser;
    const form = { grant_type: 'authorization_code', code, redirect_uri: this.redirectUri, code_verifier: verifier };
    const answer = await reached(() =>
      fetch(address, {
        method: 'POST',
        body: new URLSearchParams(clientSecret === null ? { ...form, client_id: clientId } : form),
        headers: clientSecret === null ? {} : { authorization: basic(clientId, clientSecret) },
        ...{ redirect: 'error', signal: AbortSignal.timeout(WITHIN) },
      }),
    );
    if (answer.status >= 500) throw problem('identity-provider-away');
    if (!answer.ok) return null;
    const body = tokenAnswer.safeParse(await reached(() => answer.json()));
    return body.success ? body.data.id_token : null;
  }

  private async describe(): Promise<Description> {
    const now = this.clock.now();
    if (this.kept && Math.abs(now - this.kept.at) < FRESH) return this.kept.value;
    const address = `${this.config.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const answer = await reached(() => fetch(address, { redirect: 'error', signal: AbortSignal.timeout(WITHIN) }));
    const found = description.safeParse(answer.ok ? await reached(() => answer.json()) : null);
    if (!found.success || found.data.issuer !== this.config.issuer) throw problem('identity-provider-away');
    this.kept = { at: now, value: found.data };
    return found.data;
  }
}

/** RFC 6749, 2.3.1: both parts are form-encoded first. */
const basic = (id: string, secret: string): string =>
  `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`;

async function reached<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw problem('identity-provider-away', {}, { cause: error });
  }
}

import { lookup as resolve, type LookupAddress } from 'node:dns';
import { request as requestPlain, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestTls } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Where this installation may send to. */
export interface OutboundRules {
  /** Hosts that may be reached, and those below them; null: every public one. */
  readonly allowedHosts: readonly string[] | null;
  /** `host:port` of receivers in the house: they may have private addresses, and need no TLS. */
  readonly trusted: readonly string[];
  /** From the name to the last byte of the reply, milliseconds; left out: 10 s. */
  readonly deadlineMs?: number;
}

export interface OutboundReply {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Why nothing came back. The code is stable; `permanent`: trying again would change nothing. */
export class OutboundError extends Error {
  override readonly name = 'OutboundError';

  constructor(
    readonly code: 'address-blocked' | 'host-not-allowed' | 'not-https' | 'timeout' | 'unreachable' | 'reply-too-large',
    readonly permanent = false,
  ) {
    super(code);
  }
}

/** Where nothing is configured. */
export const STRICT: OutboundRules = { allowedHosts: null, trusted: [] };

const DEADLINE = 10_000;
const REPLY_MAX = 64 * 1024;

/**
 * Posts to a receiver that somebody typed in. Only https, only to public addresses: the address is looked at when it is
 * connected to, so a name that points elsewhere the second time gains nothing. A redirect is an answer like any other.
 *
 * @throws OutboundError
 */
export function post(
  url: URL,
  { headers, body }: { readonly headers: Readonly<Record<string, string>>; readonly body: string },
  rules: OutboundRules,
): Promise<OutboundReply> {
  const refusal = refusalOf(url, rules);
  if (refusal) return Promise.reject(refusal);
  const isTrusted = trusts(rules, url);
  return new Promise((done, fail) => {
    const request: ClientRequest = (url.protocol === 'https:' ? requestTls : requestPlain)(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
      // No connection is used twice: each is looked at.
      agent: false,
      lookup: isTrusted ? undefined : publicOnly,
      signal: AbortSignal.timeout(rules.deadlineMs ?? DEADLINE),
    });
    request.on('error', (error) => fail(outboundError(error)));
    request.on('response', (reply) => {
      read(reply).then(done, (error: unknown) => fail(outboundError(error)));
    });
    request.end(body);
  });
}

/** What can be said of an address before anything is sent; null: nothing against it. */
export function refusalOf(url: URL, rules: OutboundRules): OutboundError | null {
  if (trusts(rules, url)) return null;
  if (url.protocol !== 'https:') return new OutboundError('not-https', true);
  const host = hostOf(url);
  if (isIP(host) !== 0 && !isPublic(host)) return new OutboundError('address-blocked', true);
  const isAllowed = rules.allowedHosts?.some((allowed) => host === allowed || host.endsWith(`.${allowed}`)) ?? true;
  return isAllowed ? null : new OutboundError('host-not-allowed', true);
}

/** Neither loopback, private, link-local, multicast nor any other special range, also inside an IPv6 address. */
export function isPublic(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'unicast';
}

const publicOnly: LookupFunction = (hostname, options, answer) => {
  resolve(hostname, { ...options, all: true }, (error, found) => {
    const addresses: LookupAddress[] = error ? [] : found;
    // One private address among public ones is enough: which of them is connected to is not ours to choose.
    const blocked = addresses.some(({ address }) => !isPublic(address));
    const refusal = error ?? (blocked ? new OutboundError('address-blocked', true) : null);
    if (options.all) answer(refusal, addresses);
    else answer(refusal, addresses[0]?.address ?? '', addresses[0]?.family);
  });
};

async function read(reply: IncomingMessage): Promise<OutboundReply> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of reply as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > REPLY_MAX) throw new OutboundError('reply-too-large');
    parts.push(part);
  }
  return { status: reply.statusCode ?? 0, headers: reply.headers, body: Buffer.concat(parts).toString('utf8') };
}

function outboundError(error: unknown): OutboundError {
  if (error instanceof OutboundError) return error;
  const { name } = error as { readonly name?: unknown };
  const isLate = name === 'TimeoutError' || name === 'AbortError';
  return new OutboundError(isLate ? 'timeout' : 'unreachable');
}

function trusts({ trusted }: OutboundRules, url: URL): boolean {
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return trusted.includes(`${hostOf(url)}:${port}`);
}

function hostOf({ hostname }: URL): string {
  return hostname.toLowerCase().replace(/^\[(.*)\]$/, '$1');
}

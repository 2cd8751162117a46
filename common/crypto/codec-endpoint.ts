import type { Payload, PayloadCodec } from '@temporalio/common';
import { DecryptionError } from './aes-gcm';
import { MissingKeyError } from './keyring';

/** Body of both requests and both answers of Temporal's remote codec protocol. Bytes are base64. */
export interface RemotePayloads {
  payloads: { metadata?: Record<string, string>; data?: string }[];
}

/** What one request may hold. A route needs a body limit of its own: `maxBodyBytes`. */
export const REMOTE_CODEC_LIMITS = {
  payloads: 1000,
  /** Decoded bytes of one payload: Temporal's own 2 MiB for a payload, and room for the envelope. */
  payloadBytes: 2 * 1024 * 1024 + 1024,
  metadataEntries: 16,
  metadataBytes: 4096,
  maxBodyBytes: 16 * 1024 * 1024,
} as const;

type RemoteCodecCode = 'codec_body_invalid' | 'codec_too_large' | 'codec_key_missing' | 'codec_undecodable';

const STATUS: Record<RemoteCodecCode, 400 | 413 | 422> = {
  codec_body_invalid: 400,
  codec_too_large: 413,
  codec_key_missing: 422,
  codec_undecodable: 422,
};

/** Refusal of a remote codec request; `status` and `code` are for the problem+json answer. Never quotes the body. */
export class RemoteCodecError extends Error {
  override readonly name = 'RemoteCodecError';
  readonly status: 400 | 413 | 422;

  constructor(
    readonly code: RemoteCodecCode,
    message: string,
  ) {
    super(message);
    this.status = STATUS[code];
  }
}

/**
 * `POST /codec/decode`.
 *
 * @param body the parsed JSON body, not yet checked.
 * @throws RemoteCodecError for a body that isn't `RemotePayloads`, one that is too large, or one that can't be
 * decrypted. One payload that fails refuses the whole request, as Temporal's own codec server does.
 */
export async function decodeRemote(body: unknown, codec: PayloadCodec): Promise<RemotePayloads> {
  try {
    return toRemote(await codec.decode(fromRemote(body)));
  } catch (error) {
    if (error instanceof MissingKeyError) throw new RemoteCodecError('codec_key_missing', error.message);
    if (error instanceof DecryptionError) throw new RemoteCodecError('codec_undecodable', error.message);
    throw error;
  }
}

/** `POST /codec/encode`. Errors as `decodeRemote`. */
export async function encodeRemote(body: unknown, codec: PayloadCodec): Promise<RemotePayloads> {
  return toRemote(await codec.encode(fromRemote(body)));
}

function fromRemote(body: unknown): Payload[] {
  const { payloads } = fields(body, ['payloads'], 'body');
  if (!Array.isArray(payloads)) throw invalid('payloads must be an array');
  if (payloads.length > REMOTE_CODEC_LIMITS.payloads) {
    throw tooLarge(`At most ${REMOTE_CODEC_LIMITS.payloads} payloads`);
  }
  return payloads.map((payload: unknown, index) => {
    const where = `payloads[${index}]`;
    const { metadata, data } = fields(payload, ['metadata', 'data'], where);
    return {
      metadata: metadata === undefined ? {} : metadataBytes(metadata, `${where}.metadata`),
      data: data === undefined ? Buffer.alloc(0) : bytes(data, REMOTE_CODEC_LIMITS.payloadBytes, `${where}.data`),
    };
  });
}

function metadataBytes(metadata: unknown, where: string): Record<string, Uint8Array> {
  const entries = Object.entries(record(metadata, where));
  if (entries.length > REMOTE_CODEC_LIMITS.metadataEntries) {
    throw tooLarge(`${where}: at most ${REMOTE_CODEC_LIMITS.metadataEntries} entries`);
  }
  return Object.fromEntries(
    entries.map(([key, value]) => {
      if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(key)) throw invalid(`${where} has a key of an unknown shape`);
      return [key, bytes(value, REMOTE_CODEC_LIMITS.metadataBytes, `${where}.${key}`)];
    }),
  );
}

/** The members of an object that has no others than the allowed ones. */
function fields<Name extends string>(value: unknown, allowed: readonly Name[], where: string): Record<Name, unknown> {
  const object = record(value, where);
  if (Object.keys(object).some((key) => !(allowed as readonly string[]).includes(key))) {
    throw invalid(`${where} may only have: ${allowed.join(', ')}`);
  }
  return Object.fromEntries(allowed.map((key) => [key, object[key]])) as Record<Name, unknown>;
}

function record(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(`${where} must be an object`);
  return value as Record<string, unknown>;
}

/** Base64 as protobuf's JSON reads it: either alphabet, padding optional. */
function bytes(value: unknown, limit: number, where: string): Buffer {
  if (typeof value !== 'string') throw invalid(`${where} must be base64`);
  if (value.length > Math.ceil(limit / 3) * 4) throw tooLarge(`${where}: at most ${limit} bytes`);
  const digits = value.replace(/={1,2}$/, '');
  if (digits.length % 4 === 1 || !/^[A-Za-z0-9+/_-]*$/.test(digits)) throw invalid(`${where} must be base64`);
  return Buffer.from(digits, 'base64');
}

function toRemote(payloads: Payload[]): RemotePayloads {
  return {
    payloads: payloads.map(({ metadata, data }) => ({
      metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([key, value]) => [key, base64(value)])),
      data: base64(data ?? new Uint8Array()),
    })),
  };
}

function base64(value: Uint8Array): string {
  return Buffer.from(value).toString('base64');
}

function invalid(message: string): RemoteCodecError {
  return new RemoteCodecError('codec_body_invalid', message);
}

function tooLarge(message: string): RemoteCodecError {
  return new RemoteCodecError('codec_too_large', message);
}

import { createDecipheriv } from 'node:crypto';
import { temporal } from '@temporalio/proto';

/**
 * Reads the payloads of Temporal histories by their documented format (common/crypto/codec.ts) and not by the product's
 * code: metadata `encoding` = `binary/encrypted` and `encryption-key-id`; data = iv (12 bytes) | ciphertext | tag (16)
 * by AES-256-GCM with `guanjia/payload/v1:<key id>` as associated data; inside, one serialized Payload of JSON.
 */
export type Decode = (payload: temporal.api.common.v1.IPayload) => unknown;

const { Payload } = temporal.api.common.v1;
const IV = 12;
const TAG = 16;

/** @param codecKeys `kid:base64` pairs, as in GUANJIA_CODEC_KEYS. */
export function decoder(codecKeys: string): Decode {
  const keys = new Map(
    codecKeys.split(',').map((pair): [string, Buffer] => {
      const [id = '', key = ''] = pair.split(':');
      return [id, Buffer.from(key, 'base64')];
    }),
  );
  return (payload) => {
    const encoding = textOf(payload.metadata?.encoding);
    if (encoding !== 'binary/encrypted') throw new Error(`a payload in Temporal is ${encoding}, not encrypted`);
    const id = textOf(payload.metadata?.['encryption-key-id']);
    const key = keys.get(id);
    if (!key) throw new Error(`no codec key ${id}`);
    const inner = Payload.decode(opened(key, Buffer.from(payload.data ?? []), `guanjia/payload/v1:${id}`));
    return inner.data.length > 0 ? (JSON.parse(Buffer.from(inner.data).toString('utf8')) as unknown) : null;
  };
}

function opened(key: Buffer, box: Buffer, associated: string): Buffer {
  const cipher = createDecipheriv('aes-256-gcm', key, box.subarray(0, IV), { authTagLength: TAG });
  cipher.setAAD(Buffer.from(associated));
  cipher.setAuthTag(box.subarray(box.length - TAG));
  return Buffer.concat([cipher.update(box.subarray(IV, box.length - TAG)), cipher.final()]);
}

function textOf(bytes: Uint8Array | null | undefined): string {
  return bytes ? Buffer.from(bytes).toString('utf8') : '';
}

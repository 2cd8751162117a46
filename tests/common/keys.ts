import { type Keyring, parseKeyring } from '../../common/crypto/keyring';

/** Key material for tests: 32 equal bytes, as base64. */
export function keyText(byte: number): string {
  return Buffer.alloc(32, byte).toString('base64');
}

/** A ring of the named keys, the first one active; equal names have equal keys. */
export function keyringOf(...ids: string[]): Keyring {
  return parseKeyring(ids.map((id) => `${id}:${keyText(id.charCodeAt(id.length - 1))}`).join(','), 'TEST_KEYS');
}

/** The bytes with the lowest bit of one byte flipped. */
export function flipByte(bytes: Uint8Array, index: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[index] = (copy[index] as number) ^ 1;
  return copy;
}

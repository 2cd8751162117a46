import { ConfigError } from '../config';

/** Every key of the system is an AES-256 or HMAC-SHA-256 key of this many bytes. */
export const KEY_BYTES = 32;

/** Letters, digits, `_` and `-`: a key id never holds the `.`, `:` or `,` that the stored formats use as separators. */
const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/;

export interface Keyring {
  /** Encrypts everything new. */
  readonly active: { readonly id: string; readonly key: Buffer };
  /** The key of this id (32 bytes), or undefined when the ring does not hold it. */
  get(id: string): Buffer | undefined;
  /** @throws MissingKeyError when the ring does not hold it. */
  require(id: string): Buffer;
  /** All key ids, the active one first. */
  readonly ids: readonly string[];
}

/** Something was encrypted with a key that this process was not given. Putting the key back repairs it. */
export class MissingKeyError extends Error {
  override readonly name = 'MissingKeyError';

  constructor(
    readonly keyId: string,
    /** The environment variable that should hold it. */
    readonly variable: string,
  ) {
    super(`No key "${keyId}" in the keyring`);
  }
}

export function isKeyId(text: string): boolean {
  return KEY_ID.test(text);
}

/**
 * @param text `kid:base64,kid:base64`, each key 32 bytes, the first one active. Blanks around the commas are allowed.
 * @param variable the environment variable it came from, for the error message only.
 * @param onMissing hears of every key that was asked for in vain.
 * @throws ConfigError naming the variable and the key id, never the key.
 */
export function parseKeyring(
  text: string,
  variable: string,
  onMissing: (missing: MissingKeyError) => void = () => undefined,
): Keyring {
  const keys = new Map<string, Buffer>();
  for (const [index, entry] of text.split(',').entries()) {
    const [id = '', material, ...rest] = entry.trim().split(':');
    if (material === undefined || rest.length > 0 || !isKeyId(id)) {
      throw new ConfigError(
        `${variable}: entry ${index + 1} must be kid:base64, where kid is 1 to 32 letters, digits, "_" or "-".`,
      );
    }
    if (keys.has(id)) throw new ConfigError(`${variable}: key id "${id}" stands there twice.`);
    keys.set(id, parseKey(material, `${variable}, key "${id}"`));
  }
  const ids = [...keys.keys()];
  const id = ids[0] as string;
  const require = (wanted: string): Buffer => {
    const key = keys.get(wanted);
    if (key) return key;
    const missing = new MissingKeyError(wanted, variable);
    onMissing(missing);
    throw missing;
  };
  return { active: { id, key: keys.get(id) as Buffer }, get: (wanted) => keys.get(wanted), require, ids };
}

/**
 * @param text one key of 32 bytes as canonical base64 (44 characters), as `openssl rand -base64 32` prints it.
 * @param variable what to call it in the error message.
 * @throws ConfigError that never contains the text.
 */
export function parseKey(text: string, variable: string): Buffer {
  const key = Buffer.from(text, 'base64');
  if (key.length !== KEY_BYTES || key.toString('base64') !== text) {
    throw new ConfigError(`${variable} must be ${KEY_BYTES} bytes in base64. Make one with: openssl rand -base64 32`);
  }
  return key;
}

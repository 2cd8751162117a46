import { createHash, randomBytes } from 'node:crypto';
import { DecryptionError, decryptBytes, encryptBytes } from './aes-gcm';
import { isKeyId, KEY_BYTES, type Keyring } from './keyring';

const SALT_BYTES = 16;

/**
 * Envelope encryption of personal data and free text.
 *
 * Each subject or case has a data key of its own. The data key is stored wrapped by a key of the vault keyring (KEK);
 * deleting the row with the wrapped key makes every text under it unreadable for ever (crypto-shredding).
 *
 * `aad` says where a text belongs (for example `${subjectId}/phone`). It isn't stored with the text and must be given
 * again to read it, so a text copied into another row or field doesn't open there.
 *
 * Text is UTF-8; a lone surrogate comes back as U+FFFD. Reading throws MissingKeyError for an unknown KEK and
 * DecryptionError for everything that doesn't open; neither says anything about the content.
 */
export interface Sealer {
  /** `plain`: 32 random bytes, never stored. `wrapped`: `v1.<kid>.<base64url iv|ct|tag>`. */
  newDataKey(): { plain: Buffer; wrapped: string };
  unwrap(wrapped: string): Buffer;
  /** @returns `v1.<base64url iv|ct|tag>` */
  encryptText(dataKey: Buffer, plain: string, aad: string): string;
  decryptText(dataKey: Buffer, encrypted: string, aad: string): string;
  /** The same for bytes that are no text. @returns iv | ciphertext | tag, 28 bytes more than `plain`. */
  encryptBytes(dataKey: Buffer, plain: Buffer, aad: string): Buffer;
  decryptBytes(dataKey: Buffer, encrypted: Buffer, aad: string): Buffer;
  /**
   * Under the vault keyring itself, without a data key: only to carry a text inside a command while the database is
   * away, until the vault can be written. It can't be shredded.
   *
   * @returns `v1.<kid>.<base64url iv|ct|tag>`
   */
  seal(plain: string, aad: string): string;
  unseal(sealed: string, aad: string): string;
}

/** What each kind of ciphertext is bound to, so that none can be passed off as another. */
const bind = {
  dataKey: (keyId: string) => `guanjia/data-key/v1:${keyId}`,
  text: (aad: string) => `guanjia/text/v1:${aad}`,
  bytes: (aad: string) => `guanjia/bytes/v1:${aad}`,
  sealed: (keyId: string, aad: string) => `guanjia/sealed/v1:${keyId}:${aad}`,
};

/** @param keyring the vault keyring (`GUANJIA_VAULT_KEYS`). */
export function createSealer(keyring: Keyring): Sealer {
  const { active } = keyring;

  /** Splits `v1.<kid>.<box>` and finds the key. */
  function parseKeyed(text: string): { id: string; key: Buffer; box: Buffer } {
    const [version, id = '', box = '', ...rest] = text.split('.');
    if (version !== 'v1' || rest.length > 0 || !isKeyId(id)) throw new DecryptionError('Not a v1.<kid>.<bytes> text');
    return { id, key: keyring.require(id), box: fromBase64url(box) };
  }

  return {
    newDataKey() {
      const plain = randomBytes(KEY_BYTES);
      const box = encryptBytes(active.key, plain, bind.dataKey(active.id));
      return { plain, wrapped: `v1.${active.id}.${box.toString('base64url')}` };
    },
    unwrap(wrapped) {
      const { id, key, box } = parseKeyed(wrapped);
      return decryptBytes(key, box, bind.dataKey(id));
    },
    encryptText(dataKey, plain, aad) {
      return `v1.${encryptBytes(dataKey, Buffer.from(plain, 'utf8'), bind.text(aad)).toString('base64url')}`;
    },
    decryptText(dataKey, encrypted, aad) {
      const [version, box = '', ...rest] = encrypted.split('.');
      if (version !== 'v1' || rest.length > 0) throw new DecryptionError('Not a v1.<bytes> text');
      return decryptBytes(dataKey, fromBase64url(box), bind.text(aad)).toString('utf8');
    },
    encryptBytes: (dataKey, plain, aad) => encryptBytes(dataKey, plain, bind.bytes(aad)),
    decryptBytes: (dataKey, encrypted, aad) => decryptBytes(dataKey, encrypted, bind.bytes(aad)),
    seal(plain, aad) {
      const box = encryptBytes(active.key, Buffer.from(plain, 'utf8'), bind.sealed(active.id, aad));
      return `v1.${active.id}.${box.toString('base64url')}`;
    },
    unseal(sealed, aad) {
      const { id, key, box } = parseKeyed(sealed);
      return decryptBytes(key, box, bind.sealed(id, aad)).toString('utf8');
    },
  };
}

/**
 * Salted SHA-256 of a text: proves later that a text is the one that was recorded, and stands for nothing once the salt
 * is deleted.
 *
 * @param salt 16 bytes as base64url (22 characters); a random one when left out.
 * @returns `digest`: SHA-256 of salt bytes then UTF-8 text, base64url, 43 characters.
 * @throws RangeError for a salt of another shape.
 */
export function digestText(
  plain: string,
  salt: string = randomBytes(SALT_BYTES).toString('base64url'),
): { salt: string; digest: string } {
  const saltBytes = Buffer.from(salt, 'base64url');
  if (saltBytes.length !== SALT_BYTES || saltBytes.toString('base64url') !== salt) {
    throw new RangeError(`salt must be ${SALT_BYTES} bytes in base64url`);
  }
  return { salt, digest: createHash('sha256').update(saltBytes).update(plain, 'utf8').digest('base64url') };
}

/** Only the one canonical spelling is taken, so that no stored text can be altered without being noticed. */
function fromBase64url(text: string): Buffer {
  const box = Buffer.from(text, 'base64url');
  if (box.toString('base64url') !== text) throw new DecryptionError('Encrypted bytes are not base64url');
  return box;
}

import fc from 'fast-check';
import { DecryptionError } from '../../common/crypto/aes-gcm';
import { MissingKeyError } from '../../common/crypto/keyring';
import { createSealer, digestText } from '../../common/crypto/sealer';
import { keyringOf } from './keys';

const sealer = createSealer(keyringOf('k1'));
const anyText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 80 }),
  fc.constantFrom('', '张三', '3-2-1501', '👨‍👩‍👧', '\u0000'),
);

/** The text with each character in turn exchanged for another one of base64url. */
function altered(text: string): string[] {
  return [...text].map((symbol, i) => text.slice(0, i) + (symbol === 'A' ? 'B' : 'A') + text.slice(i + 1));
}

function failsWith(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    return (error as Error).name;
  }
  return 'nothing';
}

describe('data keys', () => {
  it('are 32 random bytes that unwrap again', () => {
    const [one, other] = [sealer.newDataKey(), sealer.newDataKey()];
    expect(one.plain).toHaveLength(32);
    expect(one.plain.equals(other.plain)).toBe(false);
    expect(one.wrapped).toMatch(/^v1\.k1\.[A-Za-z0-9_-]{80}$/);
    expect(sealer.unwrap(one.wrapped).equals(one.plain)).toBe(true);
  });

  it('survive a new vault key, and name a missing one', () => {
    const { plain, wrapped } = sealer.newDataKey();
    expect(createSealer(keyringOf('k2', 'k1')).unwrap(wrapped).equals(plain)).toBe(true);
    expect(createSealer(keyringOf('k2', 'k1')).newDataKey().wrapped).toMatch(/^v1\.k2\./);
    expect(() => createSealer(keyringOf('k2')).unwrap(wrapped)).toThrow(new MissingKeyError('k1', 'TEST_KEYS'));
  });

  it('notice every altered character', () => {
    for (const wrapped of altered(sealer.newDataKey().wrapped)) {
      expect(['DecryptionError', 'MissingKeyError']).toContain(failsWith(() => sealer.unwrap(wrapped)));
    }
  });
});

describe('texts under a data key', () => {
  const { plain: dataKey } = sealer.newDataKey();

  it('come back', () => {
    fc.assert(
      fc.property(anyText, fc.string(), (text, aad) => {
        expect(sealer.decryptText(dataKey, sealer.encryptText(dataKey, text, aad), aad)).toBe(text);
      }),
    );
  });

  it('turn a lone surrogate into U+FFFD instead of failing', () => {
    expect(sealer.decryptText(dataKey, sealer.encryptText(dataKey, 'a\ud800b', 'x'), 'x')).toBe('a\ufffdb');
  });

  it('hide the text and never repeat themselves', () => {
    const [first, second] = [sealer.encryptText(dataKey, '张三', 'a'), sealer.encryptText(dataKey, '张三', 'a')];
    expect(first).toMatch(/^v1\.[A-Za-z0-9_-]+$/);
    expect(first).not.toBe(second);
    expect(Buffer.from(first.slice(3), 'base64url')).toHaveLength(12 + 6 + 16);
  });

  it('open only where they belong, with their own key', () => {
    const encrypted = sealer.encryptText(dataKey, '张三', 'subject-1/name');
    expect(() => sealer.decryptText(dataKey, encrypted, 'subject-2/name')).toThrow(DecryptionError);
    expect(() => sealer.decryptText(sealer.newDataKey().plain, encrypted, 'subject-1/name')).toThrow(DecryptionError);
  });

  it('notice every altered character, cuts and other formats', () => {
    const encrypted = sealer.encryptText(dataKey, '13812345678', 'a');
    const wrong = [
      ...altered(encrypted),
      encrypted.slice(0, -4),
      `${encrypted}=`,
      `${encrypted}.x`,
      'v1.',
      'v1',
      '',
      'v2',
    ];
    for (const text of wrong) expect(failsWith(() => sealer.decryptText(dataKey, text, 'a'))).toBe('DecryptionError');
  });
});

describe('sealed texts', () => {
  it('come back and carry the key id', () => {
    fc.assert(
      fc.property(anyText, fc.string(), (text, aad) => {
        const sealed = sealer.seal(text, aad);
        expect(sealed).toMatch(/^v1\.k1\.[A-Za-z0-9_-]+$/);
        expect(sealer.unseal(sealed, aad)).toBe(text);
      }),
    );
  });

  it('open only where they belong, and not as a data key', () => {
    const sealed = sealer.seal('张三', 'C-1/text');
    expect(() => sealer.unseal(sealed, 'C-2/text')).toThrow(DecryptionError);
    expect(() => sealer.unwrap(sealed)).toThrow(DecryptionError);
    expect(() => sealer.unseal(sealer.newDataKey().wrapped, '')).toThrow(DecryptionError);
    expect(() => createSealer(keyringOf('k2')).unseal(sealed, 'C-1/text')).toThrow(
      new MissingKeyError('k1', 'TEST_KEYS'),
    );
    expect(createSealer(keyringOf('k2', 'k1')).unseal(sealed, 'C-1/text')).toBe('张三');
  });

  it('notice every altered character', () => {
    for (const text of altered(sealer.seal('张三', 'a'))) {
      expect(['DecryptionError', 'MissingKeyError']).toContain(failsWith(() => sealer.unseal(text, 'a')));
    }
  });
});

it('still reads the formats of the first release', () => {
  const dataKey = sealer.unwrap(GOLDEN.wrapped);
  expect(dataKey.toString('hex')).toBe(GOLDEN.dataKey);
  expect(sealer.decryptText(dataKey, GOLDEN.encrypted, 'subject-1/name')).toBe('张三');
  expect(sealer.unseal(GOLDEN.sealed, 'C-7K2M-94QD/matter')).toBe('电梯异响');
  expect(sealer.decryptBytes(dataKey, Buffer.from(GOLDEN.bytes, 'hex'), 'file/1')).toEqual(
    Buffer.from([0, 255, 1, 254]),
  );
});

describe('digestText', () => {
  it('is the same for the same salt, and another for each new one', () => {
    const first = digestText('张三');
    expect(first.salt).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(digestText('张三', first.salt)).toEqual(first);
    expect(digestText('张三').digest).not.toBe(first.digest);
    expect(digestText('李四', first.salt).digest).not.toBe(first.digest);
  });

  it('keeps its format', () => {
    expect(digestText('张三', 'AAECAwQFBgcICQoLDA0ODw')).toEqual({
      salt: 'AAECAwQFBgcICQoLDA0ODw',
      digest: GOLDEN.digest,
    });
  });

  it.each(['', 'short', 'AAECAwQFBgcICQoLDA0ODx', 'AAECAwQFBgcICQoLDA0ODw==', '*'.repeat(22)])(
    'refuses the salt "%s"',
    (salt) => expect(() => digestText('a', salt)).toThrow(RangeError),
  );
});

/** Made by the first release with key k1 (32 × 0x31). */
const GOLDEN = {
  dataKey: '4cb4c78a3e49888974104e77291928ff4622fc37228209d7c30a817bbc82719c',
  wrapped: 'v1.k1.QAjMs-AoUORbL36g63ejS7zpn1V3-LAAtl2vNvhgokjP48KyXEppdZliNeX8VXlUQKbOgt5gHrjZ5Thq',
  encrypted: 'v1.aLIytq0sUgB0y52_lwfMwKJ2qmDaP3SL2UttYe8a829-Aw',
  sealed: 'v1.k1.CJXJla4I1SNmOyA_AjX-MnTrMSFFWbXad13mliT3ugJJt6VLbdInsA',
  bytes: '000102030405060708090a0bd3aad6a78606dbaac62059c705a3bc00e9894592',
  digest: 'bzjpr4anBi1zxUNBVMonSsdUdjMlwMMAF4FvaR62jAI',
};

import { ConfigError } from '../../common/config';
import { parseKey, parseKeyring } from '../../common/crypto/keyring';
import { keyText } from './keys';

describe('parseKeyring', () => {
  it('takes the first key for encrypting and knows all', () => {
    const ring = parseKeyring(`k2:${keyText(2)}, k1:${keyText(1)}`, 'KEYS');
    expect(ring.ids).toEqual(['k2', 'k1']);
    expect(ring.active.id).toBe('k2');
    expect(ring.active.key.equals(Buffer.alloc(32, 2))).toBe(true);
    expect(ring.get('k1')?.equals(Buffer.alloc(32, 1))).toBe(true);
    expect(ring.get('k3')).toBeUndefined();
  });

  it.each([
    ['nothing', ''],
    ['no id', keyText(1)],
    ['empty id', `:${keyText(1)}`],
    ['id with a dot', `k.1:${keyText(1)}`],
    ['id that is too long', `${'k'.repeat(33)}:${keyText(1)}`],
    ['a third part', `k1:${keyText(1)}:x`],
    ['trailing comma', `k1:${keyText(1)},`],
    ['31 bytes', `k1:${Buffer.alloc(31, 7).toString('base64')}`],
    ['33 bytes', `k1:${Buffer.alloc(33, 7).toString('base64')}`],
    ['not base64', `k1:${'*'.repeat(44)}`],
    ['hex', `k1:${Buffer.alloc(32, 7).toString('hex')}`],
    ['no padding', `k1:${keyText(7).replace('=', '')}`],
    ['one id twice', `k1:${keyText(1)},k1:${keyText(2)}`],
  ])('refuses %s, naming the variable and no key', (_, text) => {
    let message = '';
    try {
      parseKeyring(text, 'GUANJIA_VAULT_KEYS');
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      message = (error as Error).message;
    }
    expect(message).toContain('GUANJIA_VAULT_KEYS');
    for (const part of text.split(/[:,]/).filter((piece) => piece.length > 8)) expect(message).not.toContain(part);
  });
});

describe('parseKey', () => {
  it('reads 32 bytes', () => {
    expect(parseKey(keyText(9), 'GUANJIA_INDEX_KEY').equals(Buffer.alloc(32, 9))).toBe(true);
  });

  it('refuses anything else without repeating it', () => {
    expect(() => parseKey('c2VjcmV0', 'GUANJIA_INDEX_KEY')).toThrow(/^GUANJIA_INDEX_KEY must be 32 bytes/);
    expect(() => parseKey('c2VjcmV0', 'GUANJIA_INDEX_KEY')).not.toThrow(/c2VjcmV0/);
  });
});

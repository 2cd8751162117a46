import fc from 'fast-check';
import { newApiKey, parseApiKey, verifyApiKey } from '../../common/crypto/api-key';

const GOLDEN = {
  id: '06bb59fd159d9672',
  plain: 'gj_06bb59fd159d9672_p3245Ae21mjUnWmz6vWzO4bCjT1KacxV3ttDbJgDHms',
  hash: '8f6f3e1070b5fe84209c947ec48ddb977f64e1756f0abfad574a082440fa410e',
};

describe('API keys', () => {
  it('have an id to find them, 256 random bits and a hash', () => {
    const [one, other] = [newApiKey(), newApiKey()];
    expect(one.plain).toMatch(/^gj_[0-9a-f]{16}_[A-Za-z0-9_-]{43}$/);
    expect(one.plain).toContain(one.id);
    expect(one.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(one.id).not.toBe(other.id);
    expect(one.hash).not.toBe(other.hash);
    expect(verifyApiKey(one.plain, one.hash)).toBe(true);
    expect(verifyApiKey(one.plain, other.hash)).toBe(false);
  });

  it('keep their format', () => {
    expect(parseApiKey(GOLDEN.plain)).toEqual({ id: GOLDEN.id, secret: GOLDEN.plain.slice(20) });
    expect(verifyApiKey(GOLDEN.plain, GOLDEN.hash)).toBe(true);
  });

  it('fail when one character of the secret is another, even one that stands for the same bytes', () => {
    for (let index = 20; index < GOLDEN.plain.length; index += 1) {
      for (const symbol of ['A', 't', '_'].filter((candidate) => candidate !== GOLDEN.plain[index])) {
        const altered = GOLDEN.plain.slice(0, index) + symbol + GOLDEN.plain.slice(index + 1);
        expect(verifyApiKey(altered, GOLDEN.hash)).toBe(false);
      }
    }
  });

  it.each([
    '',
    'gj_',
    GOLDEN.plain.slice(1),
    `${GOLDEN.plain}A`,
    ` ${GOLDEN.plain}`,
    `${GOLDEN.plain}\n`,
    GOLDEN.plain.toUpperCase(),
    `Bearer ${GOLDEN.plain}`,
    `sk${GOLDEN.plain.slice(2)}`,
  ])('of another shape are none: "%s"', (plain) => {
    expect(parseApiKey(plain)).toBeNull();
    expect(verifyApiKey(plain, GOLDEN.hash)).toBe(false);
  });

  it('never match a stored hash of another shape', () => {
    for (const hash of ['', 'x', GOLDEN.hash.slice(2), `${GOLDEN.hash}00`, GOLDEN.hash.toUpperCase()]) {
      expect(verifyApiKey(GOLDEN.plain, hash)).toBe(false);
    }
  });

  it('take any text without throwing', () => {
    fc.assert(fc.property(fc.string(), fc.string(), (plain, hash) => !verifyApiKey(plain, hash)));
  });
});

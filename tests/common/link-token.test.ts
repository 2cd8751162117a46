import { createLinkTokens, hashOfToken } from '../../common/crypto/link-token';

const tokens = createLinkTokens(Buffer.alloc(32, 7));

test('a token follows from its id and the key, and its hash from the token', () => {
  const token = tokens.tokenOf('l-0123456789abcdef');
  // Stored hashes depend on it: a change would end every link.
  expect(token).toBe('TfQqGJwCh_3uyqVW0NekaU69CxGxtjEtg3gMk5rEt2U');
  expect(tokens.hashOf('l-0123456789abcdef')).toBe(hashOfToken(token));
  expect(tokens.tokenOf('l-0123456789abcdee')).not.toBe(token);
  expect(createLinkTokens(Buffer.alloc(32, 8)).tokenOf('l-0123456789abcdef')).not.toBe(token);
});

test.each(['', 'x', 'a'.repeat(42), 'a'.repeat(44), `${'a'.repeat(42)}.`, `${'a'.repeat(42)}é`, `${'a'.repeat(43)}\n`])(
  'what can be no token has no hash: %j',
  (text) => {
    expect(hashOfToken(text)).toBeNull();
  },
);

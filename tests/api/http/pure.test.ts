import fc from 'fast-check';
import { z } from 'zod';

import { canonicalJson } from '../../../api/http/canonical-json';
import { createCursorCodec } from '../../../api/http/cursor';
import { formatEtag, matches, parseIfMatch } from '../../../api/http/etag';
import { parseStrictJson } from '../../../api/http/json-body';
import { forbiddenPart, isDeeperThan, repeatedKey } from '../../../api/http/json-scan';
import { Problem, problem } from '../../../api/http/problem';
import { addressKey, createRateLimiter } from '../../../api/http/rate-limit';
import { isStorableText } from '../../../api/http/text-rules';
import { check } from '../../../api/http/validate';
import { CHARACTER } from '../../support/characters';

describe('strict JSON', () => {
  const parse = (text: string) => parseStrictJson(Buffer.from(text));

  test('whatever it takes, it takes as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), fc.constantFrom(undefined, 1, '\t'), (text, indent) => {
        const pretty = JSON.stringify(JSON.parse(text), null, indent);
        try {
          expect(parse(pretty)).toEqual(JSON.parse(pretty));
        } catch (error) {
          if (!(error instanceof Problem)) throw error;
          expect(forbiddenPart(JSON.parse(pretty)) ?? repeatedKey(pretty)).not.toBeNull();
        }
      }),
    );
  });

  test('refuses with a Problem, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          fc.string({ unit: CHARACTER }).map((s) => Buffer.from(s)),
        ),
        (bytes) => {
          try {
            parseStrictJson(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(Problem);
          }
        },
      ),
    );
  });

  test('finds a key repeated anywhere, however it is written', () => {
    const key = fc.string({ unit: 'grapheme', maxLength: 8 });
    const escaped = (text: string) =>
      `"${[...Array(text.length).keys()].map((i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`).join('')}"`;
    fc.assert(
      fc.property(key, fc.json({ maxDepth: 2 }), fc.nat(5), (name, value, index) => {
        const object = `{"${'x'.repeat(9)}":${JSON.stringify(name)},${JSON.stringify(name)}:[],${escaped(name)}:1}`;
        const before = Array(index)
          .fill(value.includes('{') ? '0' : value)
          .join(',');
        const text = `{"list":[${before}${index ? ',' : ''}${object}]}`;
        expect(repeatedKey(text)).toEqual(['list', index, name]);
        expect(repeatedKey(`[${JSON.stringify({ a: name, b: { a: name } })}]`)).toBeNull();
      }),
    );
  });

  test('depth counts brackets outside of texts only', () => {
    expect(isDeeperThan('[["[[[[","\\"[[[["]]', 2)).toBe(false);
    expect(isDeeperThan('[["\\\\",[[]]]]', 3)).toBe(true);
    expect(isDeeperThan('"never ends [[[', 0)).toBe(false);
    expect(parse('['.repeat(32) + ']'.repeat(32))).toBeDefined();
  });

  test('no prototype is touched', () => {
    expect(() => parse('{"a":{"__proto__":{"polluted":true}}}')).toThrow('forbidden-key');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

test('text that can be stored', () => {
  for (const bad of ['\0', '\x07', '\x1f', '\ud800', 'a\udfff', '\u202e', '\u2066'])
    expect(isStorableText(`a${bad}`)).toBe(false);
  for (const good of ['', '\n\r\t', '𠮷', '👨‍👩‍👧', 'שלום', '\u200f', '\x7f']) expect(isStorableText(good)).toBe(true);
});

describe('canonical JSON', () => {
  test('does not depend on the order of keys, and means the same', () => {
    const shuffled = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(shuffled)
        : value !== null && typeof value === 'object'
          ? Object.fromEntries(
              Object.entries(value)
                .reverse()
                .map(([key, member]) => [key, shuffled(member)]),
            )
          : value;
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(shuffled(value))).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test('the examples of RFC 8785', () => {
    const numbers = [JSON.parse('333333333.33333329') as number, 1e30, 4.5, 2e-3, 0.000000000000000000000000001];
    expect(canonicalJson({ numbers, literals: [null, true, false] })).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27]}',
    );
    const keys = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 };
    expect(canonicalJson(keys)).toBe('{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}');
  });
});

describe('cursors', () => {
  const codec = createCursorCodec(Buffer.alloc(32, 1));
  const cursor = { sort: ['2026-01-01', 3, null], id: 'C-1', asOf: 12 };

  test('come back as they were', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.integer(), fc.constant(null))),
        fc.string(),
        fc.nat(),
        (sort, id, asOf) => {
          expect(codec.decode(codec.encode({ sort, id, asOf }, 'list'), 'list')).toEqual({ sort, id, asOf });
        },
      ),
    );
  });

  test('any change is noticed', () => {
    const text = codec.encode(cursor, { a: 1, b: 2 });
    expect(codec.decode(text, { b: 2, a: 1 })).toEqual(cursor);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom(...'AQgwB_-.=~'), (at, character) => {
        const changed = text.slice(0, at) + character + text.slice(at + 1);
        if (changed !== text) expect(() => codec.decode(changed, { a: 1, b: 2 })).toThrow('invalid-cursor');
      }),
    );
    // The last character of a signature has bits that base64url leaves unused.
    for (const last of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_') {
      if (!text.endsWith(last))
        expect(() => codec.decode(text.slice(0, -1) + last, { a: 1, b: 2 })).toThrow('invalid-cursor');
    }
    for (const other of ['', '.', 'a.b', 'x'.repeat(3000), `${text}.`])
      expect(() => codec.decode(other, {})).toThrow('invalid-cursor');
    expect(() => codec.decode(text, { a: 1 })).toThrow('invalid-cursor');
    expect(() => createCursorCodec(Buffer.alloc(32, 2)).decode(text, { a: 1, b: 2 })).toThrow('invalid-cursor');
    expect(() => createCursorCodec(Buffer.alloc(16))).toThrow(RangeError);
  });
});

test('an ETag matches itself only', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), (seq, other) => {
      const condition = parseIfMatch(formatEtag(seq));
      expect(matches(condition, seq)).toBe(true);
      expect(matches(condition, other)).toBe(seq === other);
    }),
  );
  expect(matches(parseIfMatch('"012"'), 12)).toBe(false);
  expect(parseIfMatch(undefined)).toBeNull();
});

test('If-Match is read or refused, never half read', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 30 }), (text) => {
      try {
        const condition = parseIfMatch(text);
        if (condition && !condition.any) expect(text.replace(/(?:W\/)?"[^"]*"/g, '')).toMatch(/^[\s,]*$/);
      } catch (error) {
        expect(error).toBeInstanceOf(Problem);
      }
    }),
  );
});

describe('rate limit', () => {
  test('never more than the share in any period', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(3000), { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 7 }),
        (steps, requests) => {
          let now = 1_000_000;
          const limiter = createRateLimiter({ now: () => now }, { requests, perSeconds: 5 });
          const taken: number[] = [];
          for (const step of steps) {
            now += step;
            if (limiter.take('a') === 0) taken.push(now);
          }
          // A burst of all, and what comes free again while it lasts.
          for (const start of taken)
            expect(taken.filter((at) => at >= start && at < start + 5000).length).toBeLessThan(2 * requests + 1);
        },
      ),
    );
  });

  test('the wait it names is enough', () => {
    let now = 0;
    const limiter = createRateLimiter({ now: () => now }, { requests: 3, perSeconds: 10 });
    expect([1, 2, 3].map(() => limiter.take('a'))).toEqual([0, 0, 0]);
    now += limiter.take('a') * 1000;
    expect(limiter.take('a')).toBe(0);
  });

  test('a clock set back locks nobody out for longer than a period', () => {
    let now = 10_000_000;
    const limiter = createRateLimiter({ now: () => now }, { requests: 1, perSeconds: 10 });
    limiter.take('a');
    now -= 5_000_000;
    expect(limiter.take('a')).toBeLessThanOrEqual(10);
    now += 11_000;
    expect(limiter.take('a')).toBe(0);
  });

  test('remembers only so many', () => {
    const limiter = createRateLimiter({ now: () => 0 }, { requests: 1, perSeconds: 10 }, 3);
    for (const key of ['a', 'b', 'c']) expect(limiter.take(key)).toBe(0);
    expect(limiter.take('c')).toBeGreaterThan(0);
    limiter.take('d');
    expect(limiter.take('a')).toBe(0);
  });

  test('one share per IPv6 line', () => {
    expect(addressKey('2001:db8::1')).toBe(addressKey('2001:db8::ffff'));
    expect(addressKey('2001:db8:1::1')).not.toBe(addressKey('2001:db8:2::1'));
    expect(addressKey('::ffff:10.0.0.1')).toBe(addressKey('10.0.0.1'));
  });
});

describe('problems', () => {
  test('the arguments of a code are checked by the compiler', () => {
    expect(problem('stale', { current: 7 }).detail).toBe('The present state is 7.');
    // @ts-expect-error current is missing
    problem('stale', {});
    // @ts-expect-error there is no such code
    expect(() => problem('no-such-code')).toThrow(TypeError);
    expect(problem('engine-unavailable').headers).toEqual({ 'Retry-After': '5' });
  });

  test('a refinement keeps its own code', () => {
    const schema = z.strictObject({
      at: z.string().refine(() => false, { params: { code: 'in-the-future', expected: 'a past instant' } }),
    });
    expect(check(schema, { at: 'x' }, 'body').errors).toEqual([
      { pointer: '/at', code: 'in-the-future', expected: 'a past instant', received: 'string' },
    ]);
  });

  test('of alternatives, the one that was meant is explained', () => {
    const kinds = z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('a'), n: z.int() }),
      z.strictObject({ kind: z.literal('b') }),
    ]);
    expect(check(kinds, { kind: 'c' }, 'body').errors).toMatchObject([
      { pointer: '/kind', code: 'not-one-of', args: { values: ['a', 'b'] } },
    ]);
    expect(check(kinds, { kind: 'a', n: '1' }, 'body').errors).toMatchObject([{ pointer: '/n', code: 'wrong-type' }]);
    const either = z.strictObject({ v: z.union([z.string().max(2), z.int()]) });
    expect(check(either, { v: 'long' }, 'body').errors).toMatchObject([{ pointer: '/v', code: 'too-long' }]);
    expect(check(either, { v: [] }, 'body').errors).toMatchObject([
      { pointer: '/v', code: 'not-one-of', received: 'array' },
    ]);
  });
});

import fc from 'fast-check';
import { CHARACTER } from '../../support/characters';
import type { Parameter, Schema } from './document';

/** What people and programs have sent to other people's servers. */
const TEXTS = [
  ...[
    '',
    ' ',
    '\u0000',
    'a\u0000b',
    '\ud83d',
    '\udc00x',
    '\u202eabc\u202c',
    '\u2066x\u2069',
    '\u200b',
    '\ufeff',
    '\u001b[31m',
  ],
  ...[
    '𠮷',
    '𠮷野家',
    '👩‍🔧👨‍👩‍👧‍👦',
    'e\u0301\u0301\u0301',
    'שלום',
    'مرحبا',
    'ﷺ'.repeat(18),
    '１２３',
    'Ω≈ç√∫',
    '\u0130i\u0131',
  ],
  ...[
    "' or 1=1 --",
    "'; drop table audit_log; --",
    '") union select hash from api_key --',
    '$1',
    '%s%n',
    '%00',
    '\\',
    '\\u0000',
  ],
  ...[
    '../../etc/passwd',
    '..%2f..%2f',
    'file:///etc/passwd',
    '/dev/null',
    'C-0000-0000',
    'c 0000 0000',
    'C-0000-0000/../x',
  ],
  ...[
    '\r\nSet-Cookie: a=b',
    'a\r\n\r\nGET / HTTP/1.1',
    '<script>alert(1)</script>',
    '${7*7}',
    '{{7*7}}',
    '__proto__',
    'constructor',
  ],
  ...[
    'null',
    'undefined',
    'NaN',
    'Infinity',
    'true',
    '-0',
    '1e999',
    '0x10',
    '1_000',
    '９',
    '*',
    'lakeside,*',
    'hillside',
  ],
  ...['0000-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59-23:59', '0000-01-01T00:00:00+23:59'],
  ...[
    '2026-02-29T00:00:00Z',
    '2026-12-31T23:59:60Z',
    '2026-11-26T24:00:00Z',
    '2026-11-26T00:00:00',
    '1969-12-31T23:59:59Z',
  ],
  ...[
    '2026-11-26T00:00:00.123456789123456789Z',
    '2262-04-11T23:47:16.855Z',
    '1677-09-21T00:12:43Z',
    '2400-01-01T00:00:00Z',
  ],
];
const NUMBERS = [
  0,
  -0,
  -1,
  0.1,
  2 ** 31,
  -(2 ** 31) - 1,
  2 ** 53 - 1,
  2 ** 53,
  -(2 ** 53),
  1e21,
  1e308,
  5e-324,
  200,
  201,
  1000,
  1001,
];

export const nastyText = fc.oneof(fc.constantFrom(...TEXTS), fc.string({ unit: CHARACTER, maxLength: 40 }));
export const nastyValue = fc.oneof(
  nastyText,
  fc.constantFrom(...NUMBERS),
  fc.constantFrom(null, true, false, [], {}, [[]], [null], { a: { b: { c: [] } } }),
  fc.jsonValue({ maxDepth: 3 }),
);

/** Values of a schema, and near misses of them: each place now and then holds something else. */
export class Fuzzer {
  private readonly made = new Map<string, fc.Arbitrary<unknown>>();

  constructor(private readonly schemas: Readonly<Record<string, Schema>>) {}

  /** Mostly what fits, so that requests get past the door; `wild`: one place in six does not. */
  of(schema: Schema): fc.Arbitrary<unknown> {
    const name = JSON.stringify(schema);
    const made = this.made.get(name) ?? fc.oneof({ arbitrary: this.fitting(schema), weight: 6 }, nastyValue);
    this.made.set(name, made);
    return made;
  }

  /** One parameter as text; null: left out. */
  parameter({ schema, required }: Parameter): fc.Arbitrary<string | null> {
    const text = fc.oneof(
      {
        arbitrary: this.fitting(schema).map((value) => (Array.isArray(value) ? value.join(',') : String(value))),
        weight: 3,
      },
      nastyText,
    );
    return required ? fc.oneof({ arbitrary: text, weight: 9 }, fc.constant(null)) : fc.option(text, { freq: 1 });
  }

  private fitting(schema: Schema): fc.Arbitrary<unknown> {
    const { $ref, anyOf, enum: values, const: only, type, propertyNames } = schema;
    if (typeof $ref === 'string') return this.of(this.schemas[$ref.split('/').at(-1) ?? ''] ?? {});
    if (Array.isArray(anyOf)) return fc.oneof(...(anyOf as Schema[]).map((each) => this.of(each)));
    if (Array.isArray(values)) return fc.constantFrom(...(values as unknown[]));
    if ('const' in schema) return fc.constant(only);
    switch (type) {
      case 'string':
        return textOf(schema);
      case 'integer':
      case 'number':
        return numberOf(schema);
      case 'boolean':
        return fc.boolean();
      case 'null':
        return fc.constant(null);
      case 'array':
        return this.list(schema);
      case 'object':
        return propertyNames === undefined ? this.object(schema) : this.record(schema);
      default:
        return fc.jsonValue({ maxDepth: 2 });
    }
  }

  private list({ items, minItems = 0, maxItems = 10 }: Schema): fc.Arbitrary<unknown> {
    const item = this.of((items ?? {}) as Schema);
    const [least, most] = [Number(minItems), Number(maxItems)];
    const usual = fc.array(item, { minLength: least, maxLength: Math.min(most, least + 3) });
    const edges = fc
      .constantFrom(Math.max(0, least - 1), most, most + 1)
      .chain((length) => item.map((value) => Array.from({ length: Math.min(length, 300) }, () => value)));
    return fc.oneof({ arbitrary: usual, weight: 9 }, edges);
  }

  private object({ properties = {}, required = [] }: Schema): fc.Arbitrary<unknown> {
    const members = Object.entries(properties as Readonly<Record<string, Schema>>);
    const model = Object.fromEntries(members.map(([name, schema]) => [name, this.of(schema)]));
    const whole = fc.record(model, { requiredKeys: required as string[] });
    const extra = fc.tuple(whole, nastyText, nastyValue).map(([value, name, more]) => ({ ...value, [name]: more }));
    const lacking = fc.record(model, { requiredKeys: [] });
    return fc.oneof({ arbitrary: whole, weight: 10 }, extra, lacking);
  }

  private record({ additionalProperties }: Schema): fc.Arbitrary<unknown> {
    const member = this.of((additionalProperties ?? {}) as Schema);
    return fc.dictionary(fc.oneof(fc.string({ maxLength: 10 }), nastyText), member, { maxKeys: 5 });
  }
}

function textOf({ pattern, format, minLength = 0, maxLength }: Schema): fc.Arbitrary<string> {
  if (format === 'date-time') return instantText;
  const [least, most] = [Number(minLength), Number(maxLength ?? 200)];
  if (typeof pattern === 'string') {
    return fc.stringMatching(new RegExp(pattern, 'u')).map((text) => text.slice(0, most + 1));
  }
  const edges = fc
    .constantFrom(Math.max(0, least - 1), least, most - 1, most, most + 1)
    // Beyond it bodies are refused for their size, which is tried elsewhere.
    .chain((length) => fc.constantFrom('x', '𠮷', '业').map((unit) => unit.repeat(Math.min(length, 5_000))));
  const words = fc.string({ unit: 'grapheme', minLength: least, maxLength: Math.min(most, 40) });
  return fc.oneof({ arbitrary: words, weight: 6 }, edges, nastyText);
}

const instantText = fc.oneof(
  { arbitrary: fc.date({ noInvalidDate: true }).map((date) => date.toISOString()), weight: 1 },
  {
    arbitrary: fc
      .integer({ min: -40 * 86_400, max: 4 * 86_400 })
      .map((seconds) => new Date(Date.now() + seconds * 1000).toISOString()),
    weight: 5,
  },
  fc.constantFrom(...TEXTS.filter((text) => /^\d{4}-/.test(text))),
);

function numberOf({ minimum, maximum, type }: Schema): fc.Arbitrary<number> {
  const [min, max] = [Number(minimum ?? -1e6), Number(maximum ?? 1e6)];
  const within = fc.integer({ min, max });
  const edges = fc.constantFrom(min - 1, min, max, max + 1, ...NUMBERS);
  return fc.oneof({ arbitrary: within, weight: 5 }, edges, type === 'number' ? fc.double() : within);
}

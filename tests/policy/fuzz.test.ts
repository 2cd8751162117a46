import fc from 'fast-check';
import { isMap, isSeq, parse, parseDocument, stringify, type Node } from 'yaml';
import { loadDefaultPolicies, parsePolicy, type ParsedPolicy } from '../../common/policy/load';
import { CHARACTER } from '../support/characters';

const { text: GOOD } = loadDefaultPolicies()[0]!;
const LINES = GOOD.split('\n');

/** Either a policy that survives JSON, or issues that each name a place and an expectation. */
function expectSound(parsed: ParsedPolicy, text: string): void {
  if (parsed.ok) {
    expect(JSON.parse(JSON.stringify(parsed.policy))).toEqual(parsed.policy);
    return;
  }
  expect(parsed.issues.length).toBeGreaterThan(0);
  const lines = text.split('\n').length;
  for (const issue of parsed.issues) {
    expect(issue.file).toBe('f.yaml');
    expect(issue.line).toBeGreaterThanOrEqual(1);
    expect(issue.line).toBeLessThanOrEqual(lines);
    expect(issue.column).toBeGreaterThanOrEqual(1);
    expect(issue.expected).not.toBe('');
    expect(issue.message).not.toBe('');
  }
}

const junk = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom(
    '',
    ' ',
    '\t',
    '{',
    '}',
    '[',
    ']',
    ':',
    '- ',
    '#',
    '&a',
    '*a',
    '!!x',
    '"',
    "'",
    '|',
    '>',
    '? ',
    '---',
    '%',
    '\u0000',
    '\ud800',
    '🙂',
    '停水',
  ),
);

/** Any value that YAML can hold. */
const value = fc.anything({
  maxDepth: 2,
  maxKeys: 3,
  key: fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom('limit', 'warn', '__proto__', 'constructor', 'none')),
  values: [
    fc.constantFrom(
      null,
      true,
      0,
      -1,
      1.5,
      1e308,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      '15m',
      '2h',
      '99:99',
      'none',
      'office',
    ),
    fc.string({ maxLength: 6 }),
    fc.integer(),
  ],
});

describe('reading a policy never throws', () => {
  it('for any text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300, unit: CHARACTER }), (text) =>
        expectSound(parsePolicy(text, 'f.yaml'), text),
      ),
      { numRuns: 200 },
    );
  });

  it('for the default policy with parts of its text changed', () => {
    const edit = fc.record({ at: fc.nat(GOOD.length), cut: fc.nat(30), put: junk });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        const text = edits.reduce((now, { at, cut, put }) => now.slice(0, at) + put + now.slice(at + cut), GOOD);
        expectSound(parsePolicy(text, 'f.yaml'), text);
      }),
      { numRuns: 60 },
    );
  });

  it('for its lines left out, repeated or put elsewhere', () => {
    const line = fc.nat(LINES.length - 1);
    fc.assert(
      fc.property(line, line, fc.constantFrom('drop', 'repeat', 'move'), (from, to, how) => {
        const lines = [...LINES];
        const [taken = ''] = how === 'repeat' ? [lines[from]] : lines.splice(from, 1);
        if (how !== 'drop') lines.splice(to, 0, taken);
        const text = lines.join('\n');
        expectSound(parsePolicy(text, 'f.yaml'), text);
      }),
      { numRuns: 60 },
    );
  });

  it('for any value in any place; and its issues lie at that place or beside it', () => {
    const paths = pathsOf(parseDocument(GOOD).contents);
    const plain = parseDocument(stringify(parse(GOOD)));
    fc.assert(
      fc.property(fc.constantFrom(...paths), value, (path, put) => {
        const doc = plain.clone();
        doc.setIn(path, doc.createNode(put));
        const text = doc.toString();
        const parsed = parsePolicy(text, 'f.yaml');
        expectSound(parsed, text);
      }),
      { numRuns: 150 },
    );
  });
});

type Path = (string | number)[];

function pathsOf(node: unknown, path: Path = []): Path[] {
  const here = path.length > 0 ? [path] : [];
  if (isMap<{ toString(): string }, Node>(node)) {
    return [...here, ...node.items.flatMap((pair) => pathsOf(pair.value, [...path, String(pair.key)]))];
  }
  if (isSeq(node)) return [...here, ...node.items.flatMap((item, index) => pathsOf(item, [...path, index]))];
  return here;
}

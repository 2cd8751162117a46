import fc from 'fast-check';
import { createIds, parseCaseNumber } from '../../common/ids';
import { CHARACTER } from '../support/characters';

const ids = createIds(Buffer.alloc(32, 7));
const CASE_NUMBER = /^C-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/;

describe('case numbers', () => {
  it('are short, readable and all different', () => {
    const numbers = Array.from({ length: 2000 }, () => ids.caseNumber('C'));
    for (const number of numbers) expect(number).toMatch(CASE_NUMBER);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  it('use all 32 symbols in every place', () => {
    const numbers = Array.from({ length: 2000 }, () => ids.caseNumber('C').replaceAll('-', '').slice(1));
    for (let place = 0; place < 8; place += 1) {
      expect(new Set(numbers.map((number) => number[place])).size).toBe(32);
    }
  });

  it.each(['I', 'L', 'O', 'U', 'c', 'CC', '', '1', 'Ç'])('refuse the letter "%s"', (letter) => {
    expect(() => ids.caseNumber(letter)).toThrow(RangeError);
    expect(() => ids.keyedCaseNumber(letter, 'p', 'k')).toThrow(RangeError);
  });
});

describe('keyed case numbers', () => {
  it('keep their format', () => {
    expect(ids.keyedCaseNumber('C', 'p1', 'key-1')).toBe('C-S76C-VTSW');
    expect(ids.keyedCaseNumber('C', 'p1', 'key-1', 0)).toBe('C-S76C-VTSW');
    expect(ids.keyedCaseNumber('C', 'p1', 'key-1', 1)).toBe('C-3M6F-92K2');
  });

  it('depend on letter, project, key, attempt and index key, however these are cut', () => {
    const numbers = [
      ids.keyedCaseNumber('C', 'p1', 'key-1'),
      ids.keyedCaseNumber('C', 'p1', 'key-1', 1),
      ids.keyedCaseNumber('C', 'p1', 'key-1', 2),
      ids.keyedCaseNumber('C', 'p1|key', '-1'),
      ids.keyedCaseNumber('C', 'p1', 'key-2'),
      ids.keyedCaseNumber('C', 'p2', 'key-1'),
      ids.keyedCaseNumber('C', 'p1", "key', '-1'),
      ids.keyedCaseNumber('C', 'p1', '\ud800'),
      ids.keyedCaseNumber('C', 'p1', '\ufffd'),
      ids.keyedCaseNumber('R', 'p1', 'key-1'),
      createIds(Buffer.alloc(32, 8)).keyedCaseNumber('C', 'p1', 'key-1'),
    ].map((number) => number.slice(2));
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  it('have one form for any key', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ unit: CHARACTER }), (project, key) => {
        const number = ids.keyedCaseNumber('C', project, key);
        expect(number).toMatch(CASE_NUMBER);
        expect(ids.keyedCaseNumber('C', project, key)).toBe(number);
        expect(parseCaseNumber(number)).toBe(number);
      }),
    );
  });
});

describe('parseCaseNumber', () => {
  it.each([
    'C-7K2M-94QD',
    'c-7k2m-94qd',
    'C7K2M94QD',
    ' c 7k2m 94qd ',
    'C7K2M-94QD',
    'C–7K2M—94QD',
    'C−7K2M−94QD',
    'Ｃ－７Ｋ２Ｍ－９４ＱＤ',
  ])('reads "%s"', (text) => expect(parseCaseNumber(text)).toBe('C-7K2M-94QD'));

  it('takes confusable letters for the digits they look like', () => {
    expect(parseCaseNumber('C-oOiI-lL00')).toBe('C-0011-1100');
  });

  it.each([
    '',
    'C',
    'C-7K2M-94Q',
    'C-7K2M-94QDX',
    '7-7K2M-94QD',
    'O-7K2M-94QD',
    'C-7K2M-94QU',
    'C-7K2M-94Q*',
    'C-7K2M-94Q张',
    'C.7K2M.94QD',
    '../../etc',
  ])('is null for "%s"', (text) => expect(parseCaseNumber(text)).toBeNull());

  it('never throws, and what it returns it reads again', () => {
    fc.assert(
      fc.property(fc.string({ unit: CHARACTER, maxLength: 14 }), (text) => {
        const parsed = parseCaseNumber(text);
        expect(parsed === null || parseCaseNumber(parsed) === parsed).toBe(true);
      }),
    );
  });
});

it('uuids are random', () => {
  expect(ids.uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(ids.uuid()).not.toBe(ids.uuid());
});

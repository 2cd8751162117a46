import fc from 'fast-check';
import { createBlindIndex, normaliseName, normalisePhone, normaliseRoom } from '../../common/crypto/blind-index';
import { CHARACTER } from '../support/characters';

const index = createBlindIndex(Buffer.alloc(32, 7));

/** Texts made of what rooms, phones and names are made of, and now and then of anything. */
const typed = fc.oneof(
  fc
    .array(
      fc.constantFrom(
        ...'0 1 3 15 1501 03 A b 座 栋 幢 号 楼 号楼 单元 单 门 层 室 房 期 第 三 十 百 〇 弄 户 # / - – − 转 ext + 86 ( ) . · 张 甲 东'.split(
          ' ',
        ),
        ' ',
        '　',
        '３',
        '\u200b',
        '\t',
      ),
      { maxLength: 10 },
    )
    .map((parts) => parts.join('')),
  fc.string({ unit: CHARACTER, maxLength: 20 }),
);

describe.each([
  ['normaliseRoom', normaliseRoom],
  ['normalisePhone', normalisePhone],
  ['normaliseName', normaliseName],
])('%s', (_, normalise) => {
  it('is idempotent', () => {
    fc.assert(
      fc.property(typed, (text) => expect(normalise(normalise(text))).toBe(normalise(text))),
      { numRuns: 2000 },
    );
  });

  it('does not care about spaces around, invisible characters and capitals', () => {
    fc.assert(
      fc.property(typed, (text) => {
        expect(normalise(`  \u200b${text}\t\u3000`)).toBe(normalise(text));
      }),
    );
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9 栋号.-]{0,12}$/), (text) => {
        expect(normalise(text.toLowerCase())).toBe(normalise(text.toUpperCase()));
      }),
    );
  });

  it.each(['', '  ', '\u200b', '\t\u3000\n'])('is empty only for a blank text', (blank) => {
    expect(normalise(blank)).toBe('');
    expect(normalise('-')).not.toBe('');
  });
});

describe('rooms', () => {
  it.each([
    ...[
      '3-2-1501',
      '3 - 2 - 1501',
      '3–2—1501',
      '３－２－１５０１',
      '3/2/1501',
      '3 2 1501',
      '03-02-1501',
      '3栋2单元1501',
      '3号楼2单元1501室',
      '3 号楼 2 单元 1501 室',
      '3號樓2單元1501室',
      '3棟2單元1501',
      '3幢2单元1501房',
      '3座2单元1501号',
      '3#楼2单元1501',
      '3#2-1501',
      '3＃-2-1501',
      '3楼2单元1501',
      '3栋2门1501',
      '三栋二单元1501室',
      '第三栋第2单元1501号房',
      '三号楼二单元一五〇一室',
      '3栋2单元15层1501',
      '3号楼2单元15楼1501室',
      'Building 3, Unit 2, Room 1501',
      'bldg 3 unit 2 rm.1501',
      '3栋\u200b2单元1501',
    ].map((text) => [text, '3-2-1501']),
    ['1501', '1501'],
    ['1501室', '1501'],
    ['3-1501', '3-1501'],
    ['3栋1501', '3-1501'],
    ['3栋15层1501', '3-1501'],
    ['十二栋1501', '12-1501'],
    ['二十一号楼101', '21-101'],
    ['a座1501', 'A-1501'],
    ['A栋-1501', 'A-1501'],
    ['12弄3号501室', '12-3-501'],
    ['2期3栋501', '2期-3-501'],
    ['二期3号楼501室', '2期-3-501'],
    ['3栋东单元501', '3-东-501'],
    ['商铺2层A1', '商铺-2层-A1'],
    ['1层大堂', '1层-大堂'],
    ['东门', '东门'],
    ['门房', '门房'],
    ['B1-023', 'B1-23'],
    ['-', '-'],
  ])('%s is %s', (text, room) => expect(normaliseRoom(text)).toBe(room));

  it('keeps apart what is apart', () => {
    const part = fc.integer({ min: 1, max: 40 });
    const rooms = fc.tuple(part, part, fc.integer({ min: 101, max: 3999 }));
    fc.assert(
      fc.property(rooms, rooms, (one, other) => {
        const same = one.join() === other.join();
        expect(normaliseRoom(one.join('-')) === normaliseRoom(other.join(' - '))).toBe(same);
      }),
    );
    const apart = ['3-1501', '2期-3-1501', '2-3-1501', '商铺2层A1', '商铺3层A1', '东门', '西门', '31-501', '3-15-01'];
    expect(new Set(apart.map(normaliseRoom)).size).toBe(apart.length);
  });

  it('has one spelling for every way to write building, unit and room', () => {
    const part = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(
        part,
        part,
        fc.integer({ min: 101, max: 3999 }),
        fc.constantFrom('栋', '号楼', '幢', '座', '棟', '号樓', '#', '#楼', '楼', '-', ' - ', '—', ' '),
        fc.constantFrom('单元', '單元', '门', '-', ' – ', ' '),
        fc.constantFrom('室', '房', '号', '号房', ''),
        fc.constantFrom('', ' ', '　'),
        (building, unit, room, buildingMark, unitMark, roomMark, gap) => {
          const text = [building, buildingMark, unit, unitMark, room, roomMark].join(gap);
          expect(normaliseRoom(text)).toBe(`${building}-${unit}-${room}`);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('phones', () => {
  it.each([
    ...[
      '13812345678',
      '138 1234 5678',
      '138-1234-5678',
      '138–1234–5678',
      '１３８１２３４５６７８',
      '+8613812345678',
      '+86 138 1234 5678',
      '＋86 13812345678',
      '(+86)138-1234-5678',
      '0086 13812345678',
      '86 13812345678',
      '013812345678',
      '+86 013812345678',
      '138.1234.5678',
      '138\u200b12345678',
    ].map((text) => [text, '13812345678']),
    ['0571-88888888', '057188888888'],
    ['(0571) 8888 8888', '057188888888'],
    ['+86 571 88888888', '057188888888'],
    ['+86 (0571) 88888888', '057188888888'],
    ['+86 10 12345678', '01012345678'],
    ['+86 21 12345678', '02112345678'],
    ['88888888', '88888888'],
    ['400-800-1234', '4008001234'],
    ['+86 400 800 1234', '4008001234'],
    ['95588', '95588'],
    ['110', '110'],
    ['0571-88888888转801', '057188888888X801'],
    ['0571-88888888 分机 801', '057188888888X801'],
    ['0571-88888888 ext. 801', '057188888888X801'],
    ['057188888888x801', '057188888888X801'],
    ['+852 1234 5678', '+85212345678'],
    ['00852 12345678', '+85212345678'],
    ['无', '无'],
    ['on the card', 'ON THE CARD'],
  ])('%s is %s', (text, phone) => expect(normalisePhone(text)).toBe(phone));

  it('finds a mobile number in every spelling, and no other', () => {
    const mobiles = fc.stringMatching(/^1[3-9][0-9]{9}$/);
    const prefix = fc.constantFrom('', '+86', '+86 ', '0086', '0086-', '86', '(+86)', '+86-', '0');
    const separator = fc.constantFrom('', ' ', '-', '–', '.', '　');
    fc.assert(
      fc.property(mobiles, mobiles, prefix, separator, (mobile, other, before, between) => {
        const text = before + [mobile.slice(0, 3), mobile.slice(3, 7), mobile.slice(7)].join(between);
        expect(normalisePhone(text)).toBe(mobile);
        expect(normalisePhone(other) === mobile).toBe(other === mobile);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('names', () => {
  it.each([
    ['张三', '张三'],
    [' 张　三 ', '张三'],
    ['张\u200b三', '张三'],
    ['阿卜杜拉•买买提', '阿卜杜拉·买买提'],
    ['阿卜杜拉 · 买买提', '阿卜杜拉·买买提'],
    ['Ｊｏｈｎ  Smith', 'JOHN SMITH'],
    ['john smith', 'JOHN SMITH'],
    ['JohnSmith', 'JOHNSMITH'],
    ['José', 'JOSÉ'],
    ['Jose\u0301', 'JOSÉ'],
  ])('%s is %s', (text, name) => expect(normaliseName(text)).toBe(name));
});

describe('blind index', () => {
  it('keeps its format', () => {
    expect(index.room('p1', '3栋2单元1501')).toBe('5c85e4f87b03a89edc1414e4be2799fc');
    expect(index.phone('p1', '+86 138 1234 5678')).toBe('513caf1b389b6b94adfd5b606379cca7');
    expect(index.name('p1', '张 三')).toBe('c8bb5bf072a1c7fde441de3ca874f430');
    expect([index.initials('p1', 'zs'), index.initialsOf('p1', '张 三')]).toEqual([
      '07d398d8f3fc705bff0055432c226ee7',
      '07d398d8f3fc705bff0055432c226ee7',
    ]);
    expect(index.initialsOf('p1', 'Tom')).toBe('');
    expect(index.identity('https://login.example', 'Zhang.San')).toBe('d5f56fbd3e2c47c79f352465d8f9715a');
  });

  it('differs by field, project and key', () => {
    const other = createBlindIndex(Buffer.alloc(32, 8));
    const all = [
      ...[index.room('p1', '1501'), index.phone('p1', '1501'), index.name('p1', '1501')],
      ...[index.room('p2', '1501'), other.room('p1', '1501'), index.room('p1","1501', '1501')],
    ];
    expect(new Set(all).size).toBe(all.length);
    for (const value of all) expect(value).toMatch(/^[0-9a-f]{32}$/);
  });

  it('refuses blank texts and short keys', () => {
    expect(() => index.room('p1', ' ')).toThrow(RangeError);
    expect(() => index.phone('p1', '')).toThrow(RangeError);
    expect(() => index.name('p1', '\u200b')).toThrow(RangeError);
    expect(() => createBlindIndex(Buffer.alloc(16))).toThrow(RangeError);
  });
});

import type { Cell } from '../../../common/sheet';
import { readCells } from '../../../api/imports/cells';
import { rowsOf, workbookOf } from '../../common/sheet/made';
import { LAKE, type Caller } from './company';
import type { Json, Office } from './support';

/** Departments, posts, skills, zones, rosters and stand-ins from files: tests of imports.test.ts, with its office. */

export interface Imported {
  readonly state: unknown;
  /** Created, changed, unchanged, refused. */
  readonly counts: readonly unknown[];
  /** Row, field, code, expected. */
  readonly errors: readonly (readonly unknown[])[];
  readonly items: readonly Json[];
}

export interface Tools {
  readonly office: () => Office;
  imported(
    kind: string,
    file: string | Buffer,
    sent?: { readonly as?: Caller; readonly dryRun?: boolean; readonly type?: string },
  ): Promise<Imported>;
}

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const P = `/api/v1/projects/${LAKE}`;
const codes = ({ errors }: Imported) => errors.map(([row, field, code]) => [row, field, code]);

export function placesAreImported({ office, imported }: Tools): void {
  const get = async (path: string) => (await office().call('manager', 'GET', P + path)).body;
  const entry = async (list: string, id: string) => (await get(`/${list}`)).items?.find((each) => each.id === id);
  const audits = async (limit: number) =>
    (await office().call('quality', 'GET', `/api/v1/audit?limit=${limit}`)).body.items?.map(({ action, subject }) => [
      action,
      subject,
    ]);

  describe.each([
    ['departments', 'department', '部门编号,部门名称', 'department id,department'],
    ['posts', 'post', '岗位编号,岗位', 'id,post name'],
    ['skills', 'skill', '技能编号,证书名称', 'skill id,certificate'],
    ['zones', 'zone', '片区编号,片区', 'zone id,zone'],
  ])('%s', (kind, list, chinese, english) => {
    it('come in by headings in both languages; a dry run leaves nothing, again nothing changes', async () => {
      const file = `${chinese}\n${list}-a,甲\n${list}-b,乙\n`;
      expect((await imported(kind, file, { dryRun: true })).counts).toEqual([2, 0, 0, 0]);
      expect(await entry(kind, `${list}-a`)).toBeUndefined();
      const first = await imported(kind, file);
      expect([first.state, first.counts, first.items.map(({ ref }) => ref)]).toEqual([
        'done',
        [2, 0, 0, 0],
        [`${list}-a`, `${list}-b`],
      ]);
      expect(await entry(kind, `${list}-a`)).toMatchObject({ name: '甲', retiredAt: null });
      expect((await imported(kind, file)).counts).toEqual([0, 0, 2, 0]);
      expect((await imported(kind, `${english}\n${list}-a,丙\n`)).counts).toEqual([0, 1, 0, 0]);
      expect(await audits(2)).toEqual([
        ['import.apply', expect.any(String)],
        [`${list}.change`, `${list}/${LAKE}/${list}-a`],
      ]);
      expect(await entry(kind, `${list}-b`)).toMatchObject({ name: '乙', retiredAt: null });
    });

    it('are not written at all when one row is wrong: no id, twice, or retired by hand', async () => {
      await office().call('manager', 'DELETE', `${P}/${kind}/${list}-b`);
      const file = `id,name\n${list}-c,丁\n编号,戊\n,己\n${list}-d,\n${list}-c,丁\n${list}-b,乙\n`;
      const result = await imported(kind, file);
      expect([result.state, result.counts]).toEqual(['refused', [1, 0, 0, 5]]);
      expect(codes(result)).toEqual([
        [3, 'id', 'wrong-format'],
        [4, 'id', 'missing'],
        [5, 'name', 'missing'],
        [6, 'id', 'duplicate-row'],
        [7, 'id', 'entry-retired'],
      ]);
      expect(await entry(kind, `${list}-c`)).toBeUndefined();
    });
  });

  describe('zones with buildings', () => {
    it('are merged of their rows, also where a workbook merges the zone over its buildings', async () => {
      const rows = rowsOf([
        ['片区编号', '片区名称', '楼栋'],
        ['north', '北区', 21],
        [null, null, 22],
        [null, null, '23、24'],
        ['south', '南区', '25'],
      ]);
      const workbook = workbookOf({ rows, merges: ['A2:A4', 'B2:B4'] });
      expect((await imported('zones', workbook, { type: XLSX })).counts).toEqual([4, 0, 0, 0]);
      expect(await entry('zones', 'north')).toMatchObject({ name: '北区', buildings: ['21', '22', '23', '24'] });
      expect((await imported('zones', workbook, { type: XLSX })).counts).toEqual([0, 0, 4, 0]);
    });

    it('take none of their buildings away', async () => {
      expect((await imported('zones', '编号,名称,楼栋\nnorth,北区,21\nnorth,北区,26\n')).counts).toEqual([0, 1, 1, 0]);
      expect(await entry('zones', 'north')).toMatchObject({ buildings: ['21', '22', '23', '24', '26'] });
      expect((await imported('zones', '编号,名称\nnorth,北区\n')).counts).toEqual([0, 0, 1, 0]);
    });

    it('are refused where rows disagree, or a building is in another zone', async () => {
      const file = 'id,name,buildings\nwest,西区,31、31\nwest,西片,32\nnorth,北区,31\nwest,西区,25\nwest,西区,\n';
      const result = await imported('zones', file);
      expect(result.errors).toEqual([
        [3, 'name', 'contradiction', 'the same as in row 2'],
        [4, 'buildings', 'duplicate-row', 'once in a file; it is in row 2'],
        [5, 'buildings', 'building-in-zone', 'buildings of no other zone; one is in south'],
        [6, 'id', 'duplicate-row', 'once in a file; it is in row 2'],
      ]);
      expect(await entry('zones', 'west')).toBeUndefined();
    });
  });

  describe('rosters', () => {
    const SHIFTS = `值班表,,,,,,,,
工号,姓名,角色,岗位,星期,上班时间,下班时间,起始日期,截止日期
s-engineering,职员测试engineering,工程,水电,周一至周五,8:00,20:00,2027-01-04,
,两处,工程,plumbing,每天,20:00,８：00,2027/1/4,2027年3月31日
s-both,,engineering,,六、日,8点,24:00,2027-01-04,
`;
    const lines = async () =>
      ((await get('/roster')).lines as Json[]).map(({ id: _id, revision: _revision, ...line }) => line);
    const night = { staff: 's-both', role: 'engineering', post: 'plumbing', from: '20:00', to: '08:00' };

    beforeAll(async () => {
      await office().call('manager', 'PUT', `${P}/posts/plumbing`, { name: '水电' });
    });

    it('say who works when, over midnight too; a dry run leaves nothing, again nothing changes', async () => {
      expect((await imported('rosters', SHIFTS, { dryRun: true, as: 'ops' })).counts).toEqual([3, 0, 0, 0]);
      expect(await lines()).toEqual([]);
      const first = await imported('rosters', SHIFTS);
      expect([first.state, first.counts, first.errors]).toEqual(['done', [3, 0, 0, 0], []]);
      expect(await audits(4)).toEqual([
        ['import.apply', expect.any(String)],
        ...[2, 1, 0].map((index) => ['roster-line.create', `roster-line/${String(first.items[index]?.ref)}`]),
      ]);
      const planned = await lines();
      expect(planned).toHaveLength(3);
      expect(planned).toEqual(
        expect.arrayContaining([
          {
            ...{ staff: 's-engineering', role: 'engineering', post: 'plumbing', from: '08:00', to: '20:00' },
            ...{ weekdays: [1, 2, 3, 4, 5], firstDay: '2027-01-04', lastDay: null },
          },
          { ...night, weekdays: [1, 2, 3, 4, 5, 6, 7], firstDay: '2027-01-04', lastDay: '2027-03-31' },
          {
            ...{ staff: 's-both', role: 'engineering', post: null, from: '08:00', to: '00:00' },
            ...{ weekdays: [6, 7], firstDay: '2027-01-04', lastDay: null },
          },
        ]),
      );
      expect((await imported('rosters', SHIFTS)).counts).toEqual([0, 0, 3, 0]);
      // Tuesday 02:00: the shift that began on Monday.
      const duty = await get('/roster/now?at=2027-01-05T02:00:00%2B08:00');
      const engineers = (duty.onDuty as Json[]).filter(({ roles }) => (roles as string[]).includes('engineering'));
      expect(engineers).toMatchObject([{ staff: 's-both', until: '2027-01-05T00:00:00.000Z' }]);
    });

    it('change a line by what a row says and keep what it leaves empty, as a revision', async () => {
      const file = 'staff,role,weekdays,from,to,first day,last day\ns-both,工程,daily,20:00,07:00,2027-01-04,\n';
      const { counts, items } = await imported('rosters', file);
      expect(counts).toEqual([0, 1, 0, 0]);
      const [line] = ((await get('/roster')).lines as Json[]).filter(({ id }) => id === items[0]?.ref);
      expect(line).toMatchObject({ ...night, to: '07:00', lastDay: '2027-03-31', revision: 2 });
      expect(await lines()).toHaveLength(3);
    });

    it('are refused by what a request is refused by, row by row, and nothing is written', async () => {
      const file = `staff,name,role,post,weekdays,from,to,first day,last day
0815,,engineering,,daily,08:00,20:00,2027-02-01,
s-both,两 处,engineering,moon,daily,08:00,20:00,2027-02-01,
s-both,两处,finance,,daily,08:00,20:00,2027-02-01,
s-both,王五,engineering,,daily,08:00,20:00,2027-02-01,
s-both,,engineering,,someday,25:00,24:00,2027-02-30,
s-both,,engineering,,Mon,08:00,20:00,2027-02-01,2027-01-01
,,engineering,,Mon,08:00,20:00,2027-02-01,
s-both,,engineering,,1-3,08:00,20:00,2027-02-01,
s-both,,engineering,,一、二、三,08:00,18:00,2027-02-01,
山上的人,,engineering,,Mon,08:00,20:00,2027-02-01,
`;
      const before = await lines();
      const result = await imported('rosters', file);
      expect([result.state, result.counts]).toEqual(['refused', [1, 0, 0, 9]]);
      expect(codes(result)).toEqual([
        [2, 'staff', 'staff-unknown'],
        [3, 'post', 'code-unknown'],
        [4, 'role', 'role-not-held'],
        [5, 'name', 'contradiction'],
        [6, 'weekdays', 'wrong-format'],
        [6, 'from', 'wrong-format'],
        [6, 'firstDay', 'wrong-format'],
        [7, 'lastDay', 'not-acceptable'],
        [8, 'staff', 'not-acceptable'],
        [10, null, 'duplicate-row'],
        [11, 'staff', 'staff-unknown'],
      ]);
      expect(await lines()).toEqual(before);
    });

    it('overlap where they are planned so, as a roster typed in does', async () => {
      const file = `工号,角色,星期,上班时间,下班时间,起始日期\ns-engineering,工程,周六,07:00,10:00,2027-01-04\n`;
      expect((await imported('rosters', file)).counts).toEqual([1, 0, 0, 0]);
      const { overlaps } = await get('/roster/gaps?from=2027-01-08T16:00:00Z&to=2027-01-09T16:00:00Z');
      expect(overlaps).toContainEqual({
        ...{ role: 'engineering', post: null, staff: ['s-both', 's-engineering'] },
        ...{ from: '2027-01-09T00:00:00.000Z', to: '2027-01-09T02:00:00.000Z' },
      });
    });

    it('need a number where two colleagues have one name', async () => {
      await imported('staff', '工号,姓名,角色\n7001,同名,工程\n7002,同名,工程\n');
      const file = (who: string) => `工号,姓名,角色,上班,下班,起始日期\n${who},工程,08:00,08:00,2027-05-01\n`;
      expect(codes(await imported('rosters', file(',同名')))).toEqual([[2, 'name', 'name-ambiguous']]);
      expect((await imported('rosters', file('7001,同名'))).counts).toEqual([1, 0, 0, 0]);
    });
  });

  describe('stand-ins', () => {
    const AWAY = `请假人,替班人,开始时间,结束时间
s-engineering,两处,2027-01-11 08:00,2027-01-13 08:00
s-both,s-engineering,2027-01-20 08:00,2027-01-21 08:00
`;

    it('come in, and again they are as they are', async () => {
      expect((await imported('substitutes', AWAY, { dryRun: true })).counts).toEqual([2, 0, 0, 0]);
      expect((await get('/roster')).substitutes).toEqual([]);
      expect((await imported('substitutes', AWAY)).counts).toEqual([2, 0, 0, 0]);
      expect((await get('/roster')).substitutes).toMatchObject([
        { staff: 's-engineering', by: 's-both', from: '2027-01-11T00:00:00.000Z', to: '2027-01-13T00:00:00.000Z' },
        { staff: 's-both', by: 's-engineering' },
      ]);
      expect((await imported('substitutes', AWAY)).counts).toEqual([0, 0, 2, 0]);
      expect((await audits(20))?.filter(([action]) => action === 'substitute.create')).toHaveLength(2);
    });

    it('that overlap are refused, each with its row, and nothing is written', async () => {
      const file = `staff,by,from,to
s-engineering,s-both,2027-01-12 08:00,2027-01-14 08:00
s-engineering,s-both,2027-02-01 08:00,2027-02-03 08:00
s-engineering,7001,2027-02-02 08:00,2027-02-04 08:00
s-engineering,s-both,2027-02-01 08:00,2027-02-03 08:00
s-engineering,7001,2027-02-03 08:00,2027-02-04 08:00
s-engineering,s-finance,2027-03-01 08:00,2027-03-02 08:00
s-both,两处,2027-03-01 08:00,2027-03-02 08:00
s-both,s-engineering,2027-03-02 08:00,2027-03-02 08:00
`;
      const result = await imported('substitutes', file);
      expect([result.state, result.counts]).toEqual(['refused', [2, 0, 0, 6]]);
      expect(result.errors).toEqual([
        [2, 'from', 'conflict', 'nobody else who stands in for him then'],
        [4, 'from', 'conflict', 'nobody else who stands in for him then, as in row 3'],
        [5, null, 'duplicate-row', 'once in a file; it is in row 3'],
        [7, 'by', 'role-not-held', 'somebody who holds a role of whoever is away'],
        [8, 'by', 'not-acceptable', 'somebody else'],
        [9, 'to', 'not-acceptable', 'after from'],
      ]);
      expect((await get('/roster')).substitutes).toHaveLength(2);
    });
  });

  it.each<[string, boolean, Cell, unknown]>([
    ['time', false, '8:05', '08:05'],
    ['time', false, '８：０５', '08:05'],
    ['time', false, '20:00:00', '20:00'],
    ['time', false, '8点', '08:00'],
    ['time', false, '8点30分', '08:30'],
    ['time', true, '24:00', '00:00'],
    ['time', false, '24:00', null],
    ['time', false, '8:60', null],
    ['time', false, '次日8:00', null],
    ['time', false, { number: 20 / 24, isDate: true }, '20:00'],
    ['time', true, { number: 1, isDate: true }, '00:00'],
    ['time', false, { number: 46083.5, isDate: true }, null],
    ['weekdays', false, '周一至周五', [1, 2, 3, 4, 5]],
    ['weekdays', false, '星期六、日', [6, 7]],
    ['weekdays', false, 'Sat–Mon', [6, 7, 1]],
    ['weekdays', false, 'mon to wed, friday', [1, 2, 3, 5]],
    ['weekdays', false, '1-3,7', [1, 2, 3, 7]],
    ['weekdays', false, { number: 6, isDate: false }, [6]],
    ['weekdays', false, '全周', [1, 2, 3, 4, 5, 6, 7]],
    ['weekdays', false, '周一至', null],
    ['weekdays', false, '8', null],
    ['weekdays', false, '、', null],
    ['weekdays', false, { number: 46083, isDate: true }, null],
  ])('a cell of %s (an end: %s) reads %j as %j', (is, isEnd, cell, value) => {
    const type = is === 'time' ? ({ is, isEnd } as const) : ({ is: 'weekdays' } as const);
    const { fields, errors } = readCells({ row: 2, cells: [cell] }, [{ field: 'x', type }], 'Asia/Shanghai');
    expect([fields.x ?? null, errors.length]).toEqual([value, value === null ? 1 : 0]);
  });
}

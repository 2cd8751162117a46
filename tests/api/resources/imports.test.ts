import { sql } from 'kysely';
import { LOCALES } from '../../../common/words';
import { headingsOf } from '../../../api/imports/columns';
import { IMPORT_KINDS } from '../../../api/imports/kinds';
import { insertImport, NO_COUNTS } from '../../../db/queries/imports';
import { verifyAudit } from '../../../db/queries/audit';
import { MINUTE } from '../../../domain/instant';
import { rowsOf, workbookOf } from '../../common/sheet/made';
import { HILL, LAKE, PLANTED, type Caller } from './company';
import { placesAreImported } from './import-places';
import { MONDAY, startOffice, type Json, type Office } from './support';

/** Ledgers from files, over HTTP: what comes in, what is refused, and that no cell is seen afterwards. */

let office: Office;
beforeAll(async () => {
  office = await startOffice();
});
afterAll(() => office.stop());

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

interface Sent {
  readonly as?: Caller;
  readonly project?: string;
  readonly dryRun?: boolean;
  readonly type?: string;
  readonly key?: string;
}

async function send(kind: string, file: string | Buffer, sent: Sent = {}) {
  const { as = 'manager', project = LAKE, dryRun = false, type = 'text/csv', key } = sent;
  const path = `/api/v1/projects/${project}/imports/${kind}?dryRun=${dryRun}`;
  const headers = { 'content-type': type, ...(key === undefined ? {} : { 'idempotency-key': key }) };
  return office.call(as, 'POST', path, Buffer.from(file), headers);
}

/** State, counts as created, changed, unchanged, refused, and every row that says something. */
async function imported(kind: string, file: string | Buffer, sent: Sent = {}) {
  const { status, body } = await send(kind, file, sent);
  expect(status).toBe(201);
  const { created, changed, unchanged, refused } = body.counts as Record<string, number>;
  const { items = [] } = (await office.call('manager', 'GET', `/api/v1/imports/${String(body.id)}/rows?limit=200`))
    .body;
  const errors = items.flatMap(({ row, errors: found }) =>
    (found as Json[]).map(({ field, code, expected }) => [row, field, code, expected]),
  );
  return { id: body.id, state: body.state, counts: [created, changed, unchanged, refused], errors, items };
}

const refusal = ({ status, body }: { status: number; body: Json }) => [status, body.code, body.args];
const lookUp = async (wanted: object) =>
  (await office.call('manager', 'POST', '/api/v1/lookup', { project: LAKE, ...wanted })).body.items ?? [];
const countOf = async (table: string): Promise<number> => {
  const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`.execute(
    office.deps.database.db,
  );
  return rows[0]?.n ?? 0;
};

const HOMES = `楼栋,单元,房号,姓名,联系电话,备注,关爱等级
5,1,5-1-101,周奶奶,13800000101,一楼,红
5,1,101,周小明,138 0000 0102,,
5,1,102,,,空置,
5,2,5栋2单元201,李雷,,,`;

describe('homes and residents', () => {
  it('come in whole: a dry run writes nothing, the file writes all, and again it changes nothing', async () => {
    const before = await countOf('vault_text');
    const dry = await imported('households', HOMES, { dryRun: true });
    expect([dry.state, dry.counts, dry.errors]).toEqual(['done', [4, 0, 0, 0], []]);
    expect([await countOf('vault_text'), await lookUp({ room: '5-1-101' })]).toEqual([before, []]);

    const first = await imported('households', HOMES);
    expect([first.state, first.counts]).toEqual(['done', [4, 0, 0, 0]]);
    expect(await lookUp({ room: '5-1-101' })).toMatchObject([
      { building: '5', unit: '1', careColour: 'red', residents: [{ name: '周**' }, { name: '周**' }] },
    ]);
    expect(await lookUp({ phone: '13800000102' })).toHaveLength(1);
    expect(await lookUp({ initials: 'll' })).toHaveLength(1);
    const [home] = await lookUp({ room: '5-1-101' });
    const unmasked = await office.call('manager', 'POST', `/api/v1/households/${String(home?.id)}/unmask`, {
      reason: 'visit',
    });
    expect(unmasked.body.room).toBe('5-1-101');
    expect((unmasked.body.residents as Json[]).map(({ name }) => name).sort()).toEqual(['周奶奶', '周小明']);

    const again = await imported('households', HOMES);
    expect([again.state, again.counts]).toEqual(['done', [0, 0, 4, 0]]);
    expect(again.items.map(({ ref }) => ref)).toEqual(first.items.map(({ ref }) => ref));
  });

  it('are changed by what a row says, and keep what it leaves empty', async () => {
    const file = '楼栋,单元,房号,姓名,电话,关爱等级\n5,,5-1-101,周奶奶,13900000101,\n5,,5-1-102,,,黄\n';
    expect((await imported('households', file)).counts).toEqual([0, 2, 0, 0]);
    const { body } = await office.call('quality', 'GET', '/api/v1/audit?limit=3');
    expect(body.items?.map(({ action }) => action)).toEqual(['import.apply', 'resident.change', 'household.change']);
    expect(await lookUp({ phone: '13900000101' })).toMatchObject([{ unit: '1', careColour: 'red' }]);
    expect(await lookUp({ phone: '13800000101' })).toEqual([]);
    expect(await lookUp({ room: '5-1-102' })).toMatchObject([{ unit: '1', careColour: 'yellow' }]);
  });

  it('say nothing new of whoever was corrected by hand since', async () => {
    const file = '楼栋,房号,姓名,电话\n11,11-1-101,错名,13700000401\n11,11-1-101,同住,13700000402\n';
    const [first] = (await imported('households', file)).items;
    const correct = (body: object) => office.call('manager', 'PATCH', `/api/v1/residents/${String(first?.ref)}`, body);
    await correct({ name: '对名', phone: '13700000403' });
    const again = await imported('households', file);
    expect([again.state, again.counts, again.items[0]?.ref]).toEqual(['done', [0, 0, 2, 0], first?.ref]);
    expect(await lookUp({ phone: '13700000403' })).toMatchObject([{ residents: [{}, {}] }]);
    expect(await lookUp({ phone: '13700000401' })).toEqual([]);
    // The ledger knows of it now, and then of a number that is new to all.
    const next = (phone: string) => `楼栋,房号,姓名,电话\n11,11-1-101,对名,${phone}\n`;
    expect((await imported('households', next('13700000403'))).counts).toEqual([0, 0, 1, 0]);
    expect((await imported('households', next('13700000404'))).counts).toEqual([0, 1, 0, 0]);
    // What a ledger changed a ledger can change back.
    expect((await imported('households', next('13700000403'))).counts).toEqual([0, 1, 0, 0]);
    // Put right once more by hand, his first number is his again.
    await correct({ phone: '13700000401' });
    expect((await imported('households', next('13700000401'))).counts).toEqual([0, 0, 1, 0]);
    expect(await lookUp({ phone: '13700000401' })).toHaveLength(1);
  });

  it('are not written at all when one row is wrong; every row says what is', async () => {
    const file = `building,unit,room,care colour,name,phone
6,1,6-1-101,,甲,13800000201
6,1,6-1-102,purple,乙,
6,1,6-1-103,,,13800000203
6,1,6-1-104,,丁,call me
6,,6-1-101,,甲,
7,,6-1-101,,戊,
,1,6-1-105,,己,
6,1,6-1-106,,a\u0007b,
6,1,6-1-107,,${'长'.repeat(81)},
`;
    const { state, counts, errors } = await imported('households', file);
    expect([state, counts]).toEqual(['refused', [1, 0, 0, 8]]);
    expect(errors).toEqual([
      [3, 'careColour', 'not-one-of', 'one of: red, yellow, green'],
      [4, 'name', 'not-acceptable', 'together with a telephone number'],
      [5, 'phone', 'wrong-format', 'a telephone number'],
      [6, 'name', 'duplicate-row', 'once in a file; it is in row 2'],
      [7, 'building', 'contradiction', 'the same as in row 2'],
      [8, 'building', 'missing', 'string'],
      [9, 'name', 'text-not-storable', expect.stringContaining('text without control characters')],
      [10, 'name', 'too-long', 'at most 80 characters'],
    ]);
    expect(await lookUp({ room: '6-1-101' })).toEqual([]);
  });

  it('come from a workbook with a title, merged rooms, numbers and formulas', async () => {
    const rows = rowsOf([
      ['湖畔花园住户台账', null, null, null, null],
      ['楼栋（必填）', '单元', '房号*', '姓名', '手机号码'],
      [8, 1, 101, '甲方', 13800000301],
      [null, null, null, '乙方', 13800000302],
      ['楼栋（必填）', '单元', '房号*', '姓名', '手机号码'],
    ]);
    const more = `<row r="9"><c r="A9"><v>8</v></c><c r="B9"><v>1</v></c><c r="C9" t="str"><f>"1"&amp;"02"</f><v>102</v></c></row>`;
    const merges = ['A1:E1', 'A3:A4', 'B3:B4', 'C3:C4'];
    const { counts, errors } = await imported('households', workbookOf({ rows: rows + more, merges }), { type: XLSX });
    expect([counts, errors]).toEqual([[3, 0, 0, 0], []]);
    expect(await lookUp({ room: '8-1-101' })).toMatchObject([{ residents: [{}, {}] }]);
    expect(await lookUp({ room: '8-1-102' })).toHaveLength(1);
  });

  it('say which cells of a workbook are no text', async () => {
    const rows = `${rowsOf([['楼栋', '房号', '姓名']])}
      <row r="2"><c r="A2"><v>9</v></c><c r="B2" s="1"><v>46083</v></c><c r="C2" t="e"><v>#REF!</v></c></row>
      <row r="3"><c r="A3"><v>9.5</v></c><c r="B3"><f>Sheet2!B1</f></c></row>
      <row r="4"><c r="A4"><v>9</v></c><c r="B4"><v>101</v></c></row>`;
    const { errors } = await imported('households', workbookOf({ rows, merges: ['A4:B4'], formats: ['m-d'] }), {
      type: XLSX,
    });
    expect(errors.map(([row, field, code]) => [row, field, code])).toEqual([
      [2, 'room', 'date-in-place-of-text'],
      [2, 'name', 'cell-error'],
      [3, 'building', 'number-not-exact'],
      [3, 'room', 'formula-without-value'],
      [4, 'building', 'merged-across'],
      [4, 'room', 'merged-across'],
    ]);
  });
});

describe('assets', () => {
  const FILE = `设备编号,设备类别,设备名称,楼栋,片区,投用日期,状态
lift-9-1,电梯,9 栋电梯,9,,2016/5/1,在用
pump-9,pump,水泵,9,东区,2020年10月1日,停用
`;

  it('come in with their zones and dates, and each change is in their file', async () => {
    await office.call('manager', 'PUT', `/api/v1/projects/${LAKE}/zones/east`, { name: '东区', buildings: ['9'] });
    const first = await imported('assets', FILE);
    expect([first.counts, first.errors]).toEqual([[2, 0, 0, 0], []]);
    const asset = async (id: string) => (await office.call('manager', 'GET', `/api/v1/assets/${id}`)).body;
    expect(await asset('lift-9-1')).toMatchObject({ kind: 'lift', zone: 'east', inServiceSince: '2016-05-01' });
    expect(await asset('pump-9')).toMatchObject({
      zone: 'east',
      inServiceSince: '2020-10-01',
      state: 'out-of-service',
    });
    expect((await imported('assets', FILE)).counts).toEqual([0, 0, 2, 0]);
    expect((await imported('assets', 'id,kind,name,state\npump-9,pump,水泵,在用\n')).counts).toEqual([0, 1, 0, 0]);
    const { body } = await office.call('manager', 'GET', '/api/v1/assets/pump-9/file');
    expect(body.items).toMatchObject([
      { kind: 'revision', action: 'asset.change', details: { state: 'in-service' } },
      { kind: 'revision', action: 'asset.create' },
    ]);
  });

  it('are refused where they are not the project’s, twice, removed, or of a day that there is not', async () => {
    await office.call('boss', 'POST', '/api/v1/assets', { id: 'far', project: HILL, kind: 'lift', name: 'x' });
    await office.call('manager', 'DELETE', '/api/v1/assets/pump-9');
    const file = `id,kind,name,in service since,zone
far,lift,x,,
pump-9,pump,水泵,,
new-1,lift,x,2026-02-30,
new-2,lift,x,,moon
new-2,lift,x,,
Grüße,lift,x,,
`;
    const { state, errors } = await imported('assets', file);
    expect(state).toBe('refused');
    expect(errors.map(([row, field, code]) => [row, field, code])).toEqual([
      [2, 'id', 'conflict'],
      [3, 'state', 'asset-removed'],
      [4, 'inServiceSince', 'wrong-format'],
      [5, 'zone', 'code-unknown'],
      [6, 'id', 'duplicate-row'],
      [7, 'id', 'wrong-format'],
    ]);
  });

  it('take the days of a workbook as Excel counts them', async () => {
    const rows = `${rowsOf([['编号', '类别', '名称', '启用日期']])}
      <row r="2"><c t="inlineStr"><is><t>gate-1</t></is></c><c t="inlineStr"><is><t>道闸</t></is></c>
        <c t="inlineStr"><is><t>北门</t></is></c><c s="1"><v>42491</v></c></row>`;
    await imported('assets', workbookOf({ rows, formats: ['yyyy/m/d'] }), { type: XLSX });
    expect((await office.call('manager', 'GET', '/api/v1/assets/gate-1')).body.inServiceSince).toBe('2016-05-01');
  });
});

describe('staff', () => {
  it('are the same person by their number: named, placed, changed, and left as they are', async () => {
    await office.call('manager', 'PUT', `/api/v1/projects/${LAKE}/posts/lift-repair`, { name: '电梯维修' });
    await office.call('manager', 'PUT', `/api/v1/projects/${LAKE}/skills/lift-certificate`, { name: '电梯作业证' });
    const file = '工号,姓名,角色,部门,岗位,技能\n0012,王师傅,工程,engineering,电梯维修,lift-certificate；电梯作业证\n';
    const first = await imported('staff', file);
    expect(first.counts).toEqual([1, 0, 0, 0]);
    const id = String(first.items[0]?.ref);
    expect(id).toMatch(/^s-[0-9a-f]{16}$/);
    const member = async () => (await office.call('manager', 'GET', `/api/v1/staff/${id}`)).body;
    expect(await member()).toMatchObject({ name: '王师傅', department: 'engineering', active: true });
    const ties = await office.call('manager', 'GET', `/api/v1/projects/${LAKE}/staff/${id}/ties`);
    expect(ties.body).toMatchObject({ post: 'lift-repair', skills: ['lift-certificate'], zones: [] });
    expect((await imported('staff', file)).counts).toEqual([0, 0, 1, 0]);
    expect((await imported('staff', '工号,姓名,角色\n0012,王建国,工程\n')).counts).toEqual([0, 1, 0, 0]);
    expect(await member()).toMatchObject({ name: '王建国', department: 'engineering' });
    // The id of somebody is as good as his number.
    expect((await imported('staff', `工号,姓名,角色\n${id},王建国,工程\n`)).counts).toEqual([0, 0, 1, 0]);
  });

  it('are refused beyond the authority of whoever sends them, and where they have left', async () => {
    const file = `number,name,role,department
9001,甲,ops,
9002,乙,maharaja,
9004,丁,engineering,moon
s-boss,戊,engineering,
`;
    const { errors } = await imported('staff', file);
    expect(errors.map(([row, field, code]) => [row, field, code])).toEqual([
      [2, 'role', 'beyond-your-authority'],
      [3, 'role', 'not-one-of'],
      [4, 'department', 'code-unknown'],
      [5, 'role', 'beyond-your-authority'],
    ]);
    await imported('staff', '工号,姓名,角色\n9100,离职者,security\n');
    const { items } = await imported('staff', '工号,姓名,角色\n9100,离职者,security\n', { dryRun: true });
    await office.call('manager', 'PATCH', `/api/v1/staff/${String(items[0]?.ref)}`, { active: false });
    expect((await imported('staff', '工号,姓名,角色\n9100,离职者,security\n')).errors).toEqual([
      [2, 'number', 'staff-left', 'somebody who has not left'],
    ]);
  });
});

placesAreImported({ office: () => office, imported });

describe('a file as a whole', () => {
  it('is refused where it can’t be read, and leaves nothing', async () => {
    const before = await countOf('import_run');
    const broken = await send('households', Buffer.from([0xd0, 0xcf, 0x11, 0xe0]), { type: XLSX });
    expect(refusal(broken)).toEqual([
      422,
      'not-a-sheet',
      { expected: 'a workbook without a password, saved as .xlsx' },
    ]);
    expect(refusal(await send('households', '楼栋,电话\n3,1\n'))).toEqual([
      422,
      'headings-missing',
      { fields: ['room'] },
    ]);
    expect(refusal(await send('households', '张伟,13800000012\n'))).toEqual([
      422,
      'headings-missing',
      { fields: ['building', 'room'] },
    ]);
    expect(refusal(await send('households', '楼栋,房号,房间号\n'))).toEqual([422, 'heading-twice', { field: 'room' }]);
    const many = `工号,姓名,角色\n${'1,x,ops\n'.repeat(5_001)}`;
    expect(refusal(await send('staff', many))).toEqual([422, 'sheet-too-big', { what: 'rows', limit: 5_000 }]);
    expect((await send('households', HOMES, { type: 'application/pdf' })).body.code).toBe('unsupported-media-type');
    expect((await send('households', '')).body.code).toBe('invalid-request');
    expect(await countOf('import_run')).toBe(before);
  });

  it('is read as what it is, and says what each column was taken for', async () => {
    const gb = Buffer.from('c2a5b6b02cb1b8d7a22cb7bfbac50d0a332c782c332d322d313530310d0a', 'hex');
    const { body } = await send('households', gb, { dryRun: true });
    expect(body).toMatchObject({ state: 'done', format: 'csv', encoding: 'gb18030', rows: 1 });
    expect(body.columns).toEqual([
      { column: 'A', field: 'building' },
      { column: 'B', field: null },
      { column: 'C', field: 'room' },
    ]);
  });

  it('is run once under one key', async () => {
    const [a, b] = await Promise.all([1, 2].map(() => send('households', HOMES, { key: 'one' })));
    expect(a?.body.id).toBe(b?.body.id);
    expect((await send('households', `${HOMES}\n`, { key: 'one' })).body.code).toBe('idempotency-mismatch');
    const { body } = await office.call('manager', 'GET', `/api/v1/imports/${String(a?.body.id)}`);
    expect(body).toMatchObject({ state: 'done', counts: { created: 0, refused: 0 } });
  });

  it('is told of page by page, to those of its project alone', async () => {
    const { id } = await imported('households', HOMES);
    const page = async (query: string) => office.call('quality', 'GET', `/api/v1/imports/${String(id)}/rows?${query}`);
    const first = (await page('limit=3')).body;
    expect(first).toMatchObject({ total: 4, items: [{ row: 2 }, { row: 3 }, { row: 4 }] });
    expect((await page(`limit=3&cursor=${String(first.next)}`)).body).toMatchObject({
      items: [{ row: 5 }],
      next: null,
    });
    expect((await page('outcome=created')).body).toMatchObject({ total: 0, items: [] });
    const list = await office.call('manager', 'GET', `/api/v1/projects/${LAKE}/imports?limit=200`);
    expect(list.body.items).toContainEqual(expect.objectContaining({ id, by: 's-manager' }));
    expect((await office.call('hill', 'GET', `/api/v1/imports/${String(id)}`)).status).toBe(404);
    expect((await office.call('hill', 'GET', `/api/v1/imports/${String(id)}/rows`)).status).toBe(404);
    expect((await send('households', HOMES, { project: HILL })).status).toBe(404);
    expect((await send('staff', '工号', { as: 'customer_service' })).body.code).toBe('role-not-allowed');
  });

  it('that nobody runs any more says so; one that waits for another is refused', async () => {
    const { db } = office.deps.database;
    const left = { id: 'imp-left', project: LAKE, kind: 'households', dryRun: false, state: 'running' } as const;
    await insertImport(db, {
      ...{ ...left, code: null, by: 's-manager', format: 'csv', encoding: 'utf-8', columns: [], rows: 9 },
      ...{ counts: NO_COUNTS, startedAt: MONDAY, seenAt: MONDAY, endedAt: null },
    });
    const state = async () => (await office.call('manager', 'GET', '/api/v1/imports/imp-left')).body.state;
    expect(await state()).toBe('running');
    office.now = MONDAY + 2 * MINUTE;
    expect(await state()).toBe('interrupted');
    office.now = MONDAY;
    await db.transaction().execute(async (trx) => {
      await sql`select pg_advisory_xact_lock(hashtextextended(${`import/${LAKE}`}, 0))`.execute(trx);
      const { body } = await send('households', HOMES);
      expect(body).toMatchObject({ state: 'failed', code: 'import-under-way' });
    });
  });

  it('finds a column by each of its names, in every language, and by no other’s', () => {
    for (const { name, columns } of IMPORT_KINDS) {
      for (const locale of LOCALES) {
        const all = columns.flatMap((column) => headingsOf(column, locale));
        expect([name, all.filter((heading, index) => all.indexOf(heading) !== index)]).toEqual([name, []]);
      }
    }
  });

  it('has a template for each kind, with headings that are found again', async () => {
    for (const { name, columns } of IMPORT_KINDS) {
      for (const locale of ['zh-CN', 'en']) {
        const { body } = await office.call('manager', 'GET', `/api/v1/import-templates/${name}?locale=${locale}`);
        if (name === 'complaints' || name === 'repairs') continue;
        const { body: run } = await send(name, body.bytes as Buffer);
        expect([name, run.rows]).toEqual([name, 0]);
        expect((run.columns as Json[]).map(({ field }) => field)).toEqual(columns.map(({ field }) => field));
      }
    }
  });
});

test('no cell is in the tables of imports, in the log or in the audit log, whose chain is whole', async () => {
  const { db } = office.deps.database;
  expect(await verifyAudit(db)).toMatchObject({ intact: true });
  for (const table of ['import_run', 'import_row', 'audit_log', 'household', 'resident', 'staff']) {
    const { rows } = await sql<{
      text: string;
    }>`select row_to_json(t)::text as text from ${sql.table(table)} t`.execute(db);
    const all = rows.map(({ text }) => text).join('\n');
    for (const planted of ['周奶奶', '13800000101', '5-1-101', '王师傅', PLANTED.name]) {
      expect([table, planted, all.includes(planted)]).toEqual([table, planted, false]);
    }
  }
  expect(office.logs.join('\n')).not.toMatch(/周奶奶|13800000101|5-1-101/);
});

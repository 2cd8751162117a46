import { HOUR } from '../../../domain/instant';
import { until } from '../resources/support';
import { startProduct, type Body, type Product } from '../../support/product';
import { rowsOf, workbookOf } from '../../common/sheet/made';

/** Open cases of another system: each row becomes a running case, once, with clocks from its own report. */

let product: Product;
beforeAll(async () => {
  product = await startProduct();
}, 60_000);
afterAll(() => product.stop());

const HEAD = '单号,报事时间,渠道,投诉内容,投诉类型,楼栋,房号,联系人,联系电话';
const CSV = 'text/csv';

async function send(kind: string, rows: string | Buffer, { dryRun = false, type = CSV, as = 'manager' } = {}) {
  const bytes = Buffer.isBuffer(rows) ? rows : Buffer.from(rows);
  const answer = await fetch(`${product.url}/api/v1/projects/lakeside/imports/${kind}?dryRun=${dryRun}`, {
    ...{ method: 'POST', body: new Uint8Array(bytes) },
    headers: { authorization: `Bearer ${product.key(as)}`, 'content-type': type },
  });
  const body = (await answer.json()) as Body;
  return { status: answer.status, body };
}

async function imported(kind: string, rows: string | Buffer, options: Parameters<typeof send>[2] = {}) {
  const { status, body } = await send(kind, rows, options);
  expect([status, body.state]).toEqual([201, 'done']);
  const { created, changed, unchanged, refused } = body.counts as Record<string, number>;
  const page = await product.call('manager', 'GET', `/api/v1/imports/${String(body.id)}/rows?limit=200`);
  const items = page.body.items as { row: number; outcome: string; ref: string; errors: Body[] }[];
  const errors = items.flatMap(({ row, errors: found }) => found.map(({ field, code }) => [row, field, code]));
  return { counts: [created, changed, unchanged, refused], items, errors };
}

/** A local time of the project, so long ago. */
function ago(hours: number): { readonly text: string; readonly at: number } {
  const at = Math.floor((product.deps.clock.now() - hours * HOUR) / 60_000) * 60_000;
  return { at, text: new Date(at + 8 * HOUR).toISOString().slice(0, 16).replace('T', ' ') };
}

const obligation = async (no: string, kind: string) => {
  const { body } = await product.call('manager', 'GET', `/api/v1/cases/${no}/obligations`);
  return (body.items as Body[]).find((each) => each.kind === kind);
};

test('a row becomes a case that runs on its own report time; the same file again starts none', async () => {
  const old = ago(40 * 24);
  const fresh = ago(1);
  const rows = `${HEAD}\nTS-001,${old.text},电话,电梯异响,电梯噪音,3,1501,王芳,13800000901\nTS-002,${fresh.text},微信群,路灯不亮,lighting,,,,\n`;
  const dry = await imported('complaints', rows, { dryRun: true });
  expect([dry.counts, dry.items.map(({ ref }) => ref)]).toEqual([
    [2, 0, 0, 0],
    [null, null],
  ]);
  const { counts, items } = await imported('complaints', rows);
  expect(counts).toEqual([2, 0, 0, 0]);
  const [first = '', second = ''] = items.map(({ ref }) => ref);
  const { body: shown } = await product.call('manager', 'GET', `/api/v1/cases/${first}`);
  expect(shown).toMatchObject({ stage: 'classified', subtype: 'lift_noise', source: 'imported' });
  expect(Date.parse(String(shown.reportedAt))).toBe(old.at);
  // Missed at once, by the engine's own timer.
  await until(async () => (await obligation(first, 'resolve'))?.overdue === true);
  expect(await obligation(first, 'resolve')).toMatchObject({ start: new Date(old.at).toISOString() });
  expect(await obligation(second, 'resolve')).toMatchObject({
    overdue: false,
    start: new Date(fresh.at).toISOString(),
  });
  const same = { counts: [0, 0, 2, 0], items: [{ ref: first }, { ref: second }] };
  expect(await imported('complaints', rows)).toMatchObject(same);
  expect(await imported('complaints', rows, { dryRun: true })).toMatchObject(same);
});

test('rows that are refused hold up no other; sent again, what is missing is started', async () => {
  const { text } = ago(2);
  const row = (no: string, time: string, type: string, phone = '') => `${no},${time},电话,事项,${type},,,,${phone}`;
  const rows = [
    row('TS-101', text, 'water_cut'),
    row('TS-102', text, 'no_such_thing'),
    row('TS-103', 'yesterday', 'water_cut'),
    row('TS-104', '2199-01-01 08:00', 'water_cut'),
    row('', text, 'water_cut'),
    row('TS-101', text, 'water_cut'),
    row('TS-107', text, 'water_cut', 'call me'),
    row('TS-001', text, 'water_cut'),
  ];
  const { counts, errors } = await imported('complaints', [HEAD, ...rows].join('\n'));
  expect(counts).toEqual([1, 0, 0, 7]);
  expect(errors).toEqual([
    [3, null, 'subtype-unknown'],
    [4, 'reportedAt', 'wrong-format'],
    [5, null, 'reported-in-future'],
    [6, 'externalNo', 'missing'],
    [7, 'externalNo', 'duplicate-row'],
    [8, 'phone', 'wrong-format'],
    [9, 'externalNo', 'imported-otherwise'],
  ]);
  const mended = [row('TS-101', text, 'water_cut'), row('TS-102', text, 'power_cut')];
  expect((await imported('complaints', [HEAD, ...mended].join('\n'))).counts).toEqual([1, 0, 1, 0]);
});

test('repairs come from a workbook with its own days; the same fault word means the fault of this family', async () => {
  const at = ago(3).at;
  const serial = (at + 8 * HOUR) / 86_400_000 + 25_569;
  const rows = `${rowsOf([['工单号', '报修时间', '来源', '报修内容', '故障类型']])}
    <row r="2"><c><v>88001</v></c><c s="1"><v>${serial}</v></c><c t="inlineStr"><is><t>热线</t></is></c>
      <c t="inlineStr"><is><t>电梯不动</t></is></c><c t="inlineStr"><is><t>电梯故障</t></is></c></row>`;
  const type = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
  const { items } = await imported('repairs', workbookOf({ rows, formats: ['yyyy-mm-dd hh:mm'] }), { type });
  const { body } = await product.call('manager', 'GET', `/api/v1/cases/${items[0]?.ref ?? ''}`);
  expect(body).toMatchObject({ family: 'repair', subtype: 'lift_fault' });
  expect(Date.parse(String(body.reportedAt))).toBe(at);
});

test('nobody’s own idempotency key is that of an imported row', async () => {
  const body = { project: 'lakeside', channel: 'phone', matter: '事项', subtype: 'water_cut' };
  const key = { 'idempotency-key': 'import complaints TS-001' };
  const answer = await product.call('manager', 'POST', '/api/v1/complaints', body, key);
  expect(answer.body.code).toBe('idempotency-key-malformed');
  expect((await send('complaints', HEAD, { as: 'customer_service' })).body.code).toBe('role-not-allowed');
});

import type { SpanEnd, SpanSpec, Tracer } from '../../common/telemetry';
import { verifyAudit } from '../../db/queries/audit';
import { DAY, HOUR, MINUTE } from '../../domain/instant';
import { allText } from '../db/content';
import { until } from '../workflows/support/until';
import { startProduct, type Answer, type Body, type Product } from '../support/product';

/** What a resident sees and does with the link of his case, over HTTP. */

const LINK_LIMIT = 40;
const GUESSES = 5;
const PLANTED = {
  name: '欧阳测试',
  phone: '13800009911',
  room: '3-2-1501',
  other: '同住人',
  otherPhone: '13800009922',
};
const INTERNAL = '此人难缠，内部备注';
const MATTER = '电梯半夜很响，我叫欧阳测试';

const logged: string[] = [];
const spans: string[] = [];
const tracer: Tracer = {
  open: (spec: SpanSpec) => {
    spans.push(JSON.stringify(spec));
    return { traceparent: '', end: (how?: SpanEnd) => void spans.push(JSON.stringify(how)) };
  },
  close: () => Promise.resolve(),
};

let product: Product;
let ahead = 0;
/** While shares are counted: they come free again as time goes by. */
let stopped: number | null = null;
beforeAll(async () => {
  product = await startProduct({
    logTo: { write: (line) => void logged.push(line) },
    tracer,
    clock: { now: () => (stopped ?? Date.now()) + ahead },
    links: { baseUrl: 'https://wy.example', days: 30 },
    api: {
      limits: {
        ...{ address: null, principal: null },
        ...{ guesses: { requests: GUESSES, perSeconds: 60 }, links: { requests: LINK_LIMIT, perSeconds: 60 } },
      },
    },
  });
}, 60_000);
afterAll(() => product.stop());
afterEach(() => {
  ahead = 0;
  stopped = null;
});

async function done(as: string, path: string, body: object = {}): Promise<Body> {
  const answer = await product.call(as, 'POST', path, body);
  expect([path, answer.status, answer.body.code]).toEqual([path, answer.status < 300 ? answer.status : 200, undefined]);
  return answer.body;
}

const PLACE = { building: '3', unit: '2', room: PLANTED.room };

async function complaint(subtype: string): Promise<string> {
  const contact = { name: PLANTED.name, phone: PLANTED.phone };
  const report = { project: 'lakeside', channel: 'phone', matter: MATTER, subtype, place: PLACE, caller: contact };
  return String((await done('customer_service', '/api/v1/complaints', report)).no);
}

/** Steps of staff, `role command`, each with its body. */
async function staff(no: string, ...steps: readonly (readonly [string, string, object?])[]): Promise<void> {
  for (const [as, command, body] of steps) await done(as, `/api/v1/cases/${no}/${command}`, body);
}

interface Link {
  readonly no: string;
  readonly id: string;
  readonly token: string;
  readonly url: string;
}

async function linkTo(no: string, body: object = {}): Promise<Link> {
  const made = await done('customer_service', `/api/v1/cases/${no}/links`, body);
  return { no, id: String((made.link as Body).id), token: String(made.token), url: String(made.url) };
}

const BROWSER = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8', 'accept-language': 'zh-CN,zh;q=0.9' };

async function page(token: string, headers: Record<string, string> = {}, query = '') {
  const answer = await fetch(`${product.url}/r/${token}${query}`, { headers: { ...BROWSER, ...headers } });
  return { status: answer.status, headers: answer.headers, html: await answer.text() };
}

/** Sends a form of the page as a browser does, which hides where it comes from. */
async function submit(link: Link, fields: Record<string, string>, headers: Record<string, string> = {}) {
  const answer = await fetch(`${product.url}/r/${link.token}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { ...BROWSER, origin: 'null', 'sec-fetch-site': 'same-origin', ...headers },
    body: new URLSearchParams(fields),
  });
  return { status: answer.status, headers: answer.headers, html: await answer.text() };
}

/** The hidden fields of one of its forms; fails when there is no such form. */
function formIn(html: string, act: string): Record<string, string> {
  const form = html.split('<form').find((part) => part.includes(`name="act" value="${act}"`)) ?? '';
  expect([act, form === '']).toEqual([act, false]);
  const hidden = [...form.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)];
  return Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, value]));
}
const formsIn = (html: string): string[] =>
  [...html.matchAll(/name="act" value="([\w-]+)"/g)].map(([, act = '']) => act);

async function json(
  token: string,
  {
    method = 'GET',
    query = '',
    body,
    headers = {},
  }: { method?: string; query?: string; body?: object; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const path = `/api/v1/resident-links/${token}${method === 'POST' ? '/acts' : ''}${query}`;
  const answer = await fetch(product.url + path, {
    ...{ method, headers: { ...(body ? { 'content-type': 'application/json' } : {}), ...headers } },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Body };
}
const act = (token: string, body: object, headers: Record<string, string> = {}) =>
  json(token, { method: 'POST', body, headers });
const stageOf = async (no: string) => (await product.call('manager', 'GET', `/api/v1/cases/${no}`)).body;

const DONE_URGENT = [
  ['customer_service', 'acknowledge'],
  ['engineering', 'accept-part', { department: 'engineering' }],
  ['engineering', 'complete-part', { department: 'engineering', result: '内部：换了门机' }],
  ['customer_service', 'feed-back', { written: '电梯已修好 <b>请放心</b>', faceToFace: true }],
] as const;
const CLOSED = [
  'manager',
  'close',
  { rootCause: '老化', preventiveAction: '更换', similarRisksChecked: true },
] as const;

test('staff make a link, see it without its secret, and take it back', async () => {
  const no = await complaint('lift_noise');
  const at = `/api/v1/cases/${no}/links`;
  const key = { 'idempotency-key': 'once' };
  const made = await product.call('customer_service', 'POST', at, { rights: ['write'], days: 3 }, key);
  const again = await product.call('customer_service', 'POST', at, { rights: ['write'], days: 3 }, key);
  const other = await product.call('customer_service', 'POST', at, { days: 3 }, key);
  expect([made.status, again.body.token, other.body.code]).toEqual([201, made.body.token, 'idempotency-mismatch']);
  const { token, path, url, link } = made.body as { token: string; path: string; url: string; link: Body };
  expect(token).toMatch(/^[\w-]{43}$/);
  expect([path, url]).toEqual([`/r/${token}`, `https://wy.example/r/${token}`]);
  expect(Date.parse(String(link.expiresAt)) - Date.parse(String(link.createdAt))).toBe(3 * DAY);

  const list = async () => (await product.call('manager', 'GET', at)).body.items as Body[];
  expect(await list()).toMatchObject([{ id: link.id, rights: ['write'], state: 'open', madeBy: 's-customer_service' }]);
  expect((await page(token)).status).toBe(200);
  const revoke = () => product.call('manager', 'DELETE', `${at}/${String(link.id)}`);
  expect([(await revoke()).status, (await revoke()).status]).toEqual([204, 204]);
  expect(await list()).toMatchObject([{ state: 'revoked', revokedBy: 's-manager' }]);
  expect((await json(token)).body).toMatchObject({ status: 410, code: 'link-ended' });

  const deeds = await product.deps.database.db
    .selectFrom('audit_log')
    .select(['actor', 'action'])
    .where('subject', '=', `resident-link/${String(link.id)}`)
    .orderBy('n')
    .execute();
  expect(deeds).toEqual([
    { actor: 's-customer_service', action: 'resident-link.create' },
    { actor: 's-manager', action: 'resident-link.revoke' },
  ]);
  for (const body of [{ rights: ['all'] }, { rights: ['write', 'write'] }, { days: 0 }, { days: 367 }, { case: no }]) {
    expect((await product.call('customer_service', 'POST', at, body)).body.code).toBe('invalid-request');
  }
  expect((await product.call('customer_service@riverside', 'POST', at, {})).body.code).toBe('not-found');
});

test('the page says how things stand by the clocks of the staff, in both languages, and of nobody else', async () => {
  const no = await complaint('lift_noise');
  await done('customer_service', `/api/v1/cases/${no}/attach-caller`, {
    ...{ channel: 'phone', room: '3-2-1502', name: PLANTED.other, phone: PLANTED.otherPhone },
  });
  await staff(
    no,
    ['engineering', 'note', { text: INTERNAL }],
    ['customer_service', 'progress', { text: '正在联系维保单位' }],
  );
  const { token } = await linkTo(no);
  const chinese = await page(token);
  expect(chinese.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(chinese.headers.get('referrer-policy')).toBe('no-referrer');
  expect(chinese.headers.get('cache-control')).toBe('no-store');
  expect(chinese.headers.get('x-robots-tag')).toContain('noindex');
  expect(chinese.headers.get('content-security-policy')).toMatch(
    /^default-src 'none'; style-src 'sha256-[\w+/=]+'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
  );
  expect(chinese.html).not.toMatch(/<script|<img|<link|\son\w+=|style="/);
  expect(Buffer.byteLength(chinese.html)).toBeLessThan(20 * 1024);
  expect(chinese.html).toContain('<html lang="zh-CN">');
  for (const words of [
    '您的诉求：电梯噪音',
    '我们开始处理',
    '如未按时做到',
    '告知进展',
    '正在联系维保单位',
    `编号 ${no}`,
  ]) {
    expect(chinese.html).toContain(words);
  }

  const english = await page(token, { 'accept-language': 'de, en-GB;q=0.8, zh;q=0.5' });
  expect(english.html).toContain('<html lang="en">');
  for (const words of ['Your request: lift noise', 'We begin', 'If we are late', 'We reported progress']) {
    expect(english.html).toContain(words);
  }
  expect((await page(token, {}, '?lang=en')).html).toContain('<html lang="en">');
  expect((await page(token, { 'accept-language': 'fr' })).html).toContain('<html lang="zh-CN">');

  const shown = (await json(token, { query: '?lang=en' })).body;
  const staffs = (await stageOf(no)).obligations as Body[];
  const clocks = shown.clocks as Body[];
  expect(clocks.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['acknowledge', 'resolve', 'close']));
  for (const { id, dueAt } of clocks) expect(staffs.find((each) => each.id === id)?.dueAt).toBe(dueAt);
  expect(shown).toMatchObject({ no, language: 'en', project: '湖畔花园', closed: false, acts: ['note'] });

  const everything = [chinese.html, english.html, JSON.stringify(shown)].join('\n');
  const secrets = [
    ...Object.values(PLANTED),
    INTERNAL,
    MATTER,
    's-customer_service',
    's-engineering',
    '职员',
    '3-2-1502',
  ];
  expect(secrets.filter((secret) => everything.includes(secret))).toEqual([]);
});

test('looking changes nothing', async () => {
  const no = await complaint('lift_noise');
  const { token } = await linkTo(no);
  const { seq } = await stageOf(no);
  const before = await allText(product.deps.database.db);
  for (const query of ['', '?done=reopen', '?lang=en']) expect((await page(token, {}, query)).status).toBe(200);
  const head = await fetch(`${product.url}/r/${token}`, { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
  expect((await json(token)).status).toBe(200);
  expect((await stageOf(no)).seq).toBe(seq);
  expect((await allText(product.deps.database.db)).length).toBe(before.length);
});

test('a plan is rejected and then accepted with the forms of the page', async () => {
  const no = await complaint('lift_noise');
  const finishAt = new Date(Date.now() + 5 * HOUR).toISOString();
  const plan = { cause: '内部原因', plan: '更换曳引机轴承', finishAt };
  await staff(no, ['engineering', 'survey', { findings: '内部查勘' }], ['engineering', 'propose-plan', plan]);
  const link = await linkTo(no);
  const first = await page(link.token);
  expect(first.html).toContain('更换曳引机轴承');
  expect(first.html).toContain('请您答复');
  expect(formsIn(first.html)).toEqual(['owner-answer', 'note']);
  const rejected = await submit(link, { ...formIn(first.html, 'owner-answer'), accepted: 'false', comment: '太晚了' });
  expect([rejected.status, rejected.headers.get('location')]).toEqual([
    303,
    `./${link.token}?done=owner-answer&lang=zh-CN`,
  ]);
  expect(await stageOf(no)).toMatchObject({
    stage: 'handling',
    waitingOn: 'us',
    detail: { plan: { state: 'rejected' } },
  });

  await staff(no, ['engineering', 'propose-plan', plan]);
  const accepted = await act(link.token, { act: 'owner-answer', accepted: true });
  expect([accepted.status, accepted.body.asked, accepted.body.acts]).toEqual([200, null, ['note']]);
  expect((accepted.body.timeline as Body[]).slice(0, 2)).toMatchObject([
    { what: '认可方案' },
    { type: 'plan-proposed', text: '更换曳引机轴承' },
  ]);
  const { rows } = await product.deps.database.pool.query<{ by_id: string; by_role: string }>(
    `select by_id, by_role from journal where case_no = $1 and type = 'owner-answered'`,
    [no],
  );
  expect(rows).toEqual(Array(2).fill({ by_id: `link:${link.id}`, by_role: 'resident' }));
});

test('a form that is sent twice is done once, and one of a page that is out of date not at all', async () => {
  const no = await complaint('lift_entrapment');
  await staff(no, ...DONE_URGENT);
  const link = await linkTo(no);
  const old = await page(link.token);
  expect(old.html).toContain('电梯已修好 &lt;b&gt;请放心&lt;/b&gt;');
  await staff(no, [
    'customer_service',
    'promise',
    { text: '张贴说明', dueAt: new Date(Date.now() + DAY).toISOString() },
  ]);
  const typed = { accepted: 'false', comment: '还是"不行"<i>' };
  const stale = await submit(link, { ...formIn(old.html, 'owner-answer'), ...typed });
  expect(stale.status).toBe(412);
  expect(stale.html).toContain('在您填写时情况有了变化');
  expect(stale.html).toContain('还是&quot;不行&quot;&lt;i&gt;');
  expect((await stageOf(no)).stage).toBe('review');

  const fresh = { ...formIn(stale.html, 'owner-answer'), accepted: 'true', score: '', comment: '' };
  const twice = await Promise.all([submit(link, fresh), submit(link, fresh)]);
  expect(twice.map(({ status }) => status)).toEqual([303, 303]);
  const events = (await product.call('manager', 'GET', `/api/v1/cases/${no}/timeline?limit=500`)).body.items as Body[];
  expect(events.filter(({ type }) => type === 'owner-answered')).toHaveLength(1);
  const other = await submit(link, { ...fresh, accepted: 'false' });
  expect(other.status).toBe(422);
  expect(other.html).toContain('您已经提交过一次了');
  // Without a browser the same is problem+json.
  const machine = await submit(link, { ...fresh, accepted: 'false' }, { accept: '*/*' });
  expect(JSON.parse(machine.html)).toMatchObject({ code: 'idempotency-mismatch' });
});

test('after closing the page shows the outcome, takes a rating, and what is not solved comes back', async () => {
  const no = await complaint('lift_entrapment');
  await staff(no, ...DONE_URGENT, ['customer_service', 'owner-answer', { accepted: true }], CLOSED);
  const link = await linkTo(no);
  const closed = await page(link.token);
  expect(closed.html).toContain('已办结');
  expect(closed.html).toContain('前告诉我们，我们会重新处理');
  expect(formsIn(closed.html)).toEqual(['rate', 'reopen']);
  const { closedAt, reopenUntil } = (await json(link.token)).body;
  expect(Date.parse(String(reopenUntil)) - Date.parse(String(closedAt))).toBe(30 * DAY);
  expect((await act(link.token, { act: 'note', text: '在吗' })).body.code).toBe('case-closed');

  const rated = await submit(link, { ...formIn(closed.html, 'rate'), score: '4', comment: '' });
  expect(rated.status).toBe(303);
  const thanked = await page(link.token, {}, '?done=rate&lang=en');
  expect(thanked.html).toContain('We have your rating. Thank you.');
  expect(thanked.html).toContain('Rated 4 of 5');
  expect(formsIn(thanked.html)).toEqual(['reopen']);
  expect((await act(link.token, { act: 'rate', score: 5 })).body).toMatchObject({
    code: 'already-rated',
    args: { score: 4 },
  });

  const reopened = await submit(link, { ...formIn(thanked.html, 'reopen'), reason: '又响了' });
  expect(reopened.status).toBe(303);
  expect(await stageOf(no)).toMatchObject({ stage: 'classified', episode: 2, reopenCount: 1 });
  expect((await page(link.token)).html).toContain('重新处理');
});

test('a result that is accepted with a low score comes back, as the page says before', async () => {
  const no = await complaint('lift_entrapment');
  await staff(no, ...DONE_URGENT);
  const link = await linkTo(no);
  const asked = await page(link.token);
  expect(asked.html).toContain('评 2 分或更低，我们会重新处理。');
  expect((await json(link.token)).body.reopensUpTo).toBe(2);
  const withdrawn = await product.call('manager', 'POST', `/api/v1/cases/${no}/withdraw`, { reason: '误报' });
  expect([withdrawn.status, withdrawn.body.code]).toEqual([409, 'callback-owed']);

  const answer = { ...formIn(asked.html, 'owner-answer'), accepted: 'true', score: '2', comment: '' };
  expect((await submit(link, answer)).status).toBe(303);
  expect(await stageOf(no)).toMatchObject({ stage: 'classified', episode: 2, reopenCount: 1 });
  const after = (await json(link.token)).body;
  expect([after.asked, after.reopensUpTo, after.acts]).toEqual([null, null, ['note']]);
});

test('a repair is rated where the callback would ask, and not solved reopens it', async () => {
  const report = { project: 'lakeside', channel: 'phone', matter: MATTER, subtype: 'burst_pipe', place: PLACE };
  const no = String((await done('customer_service', '/api/v1/repairs', report)).no);
  const eta = new Date(Date.now() + 30 * MINUTE).toISOString();
  await staff(
    no,
    ['customer_service', 'assign', { to: 's-engineering' }],
    ['engineering', 'depart', { eta }],
    ['engineering', 'arrive'],
    ['engineering', 'complete', { result: '已更换阀门', siteCleared: true }],
  );
  const link = await linkTo(no);
  const asked = await page(link.token, {}, '?lang=en');
  expect(asked.html).toContain('Your repair: burst pipe');
  expect(asked.html).toContain('The repair is done; please tell us how it went');
  expect(asked.html).toContain('已更换阀门');
  expect(formsIn(asked.html)).toEqual(['callback', 'note']);
  const form = formIn(asked.html, 'callback');
  const unscored = await submit(link, { ...form, solved: 'false', comment: '' });
  expect([unscored.status, unscored.html.includes('Something is missing')]).toEqual([400, false]);
  expect(unscored.html).toContain('有必填内容没有填写');
  const answered = await submit(link, { ...form, solved: 'false', score: '3', comment: '还在漏' });
  expect(answered.status).toBe(303);
  expect(await stageOf(no)).toMatchObject({ stage: 'received', episode: 2 });
});

test('a message reaches whoever answers for the case, and is shown to nobody but its writer', async () => {
  const no = await complaint('lift_noise');
  const [mine, others] = [await linkTo(no), await linkTo(no)];
  const wrote = await act(mine.token, { act: 'note', text: '明天下午在家' }, { 'if-match': '"1"' });
  expect([wrote.status, (wrote.body.timeline as Body[])[0]]).toMatchObject([
    200,
    { what: '您的留言', text: '明天下午在家' },
  ]);
  expect(JSON.stringify((await json(others.token)).body)).not.toContain('明天下午在家');
  const { body } = await product.call('customer_service', 'GET', `/api/v1/notifications?case=${no}`);
  expect(body.items).toMatchObject(expect.arrayContaining([expect.objectContaining({ template: 'resident-wrote' })]));
});

test('a link gives the rights it was made with, and no more', async () => {
  const no = await complaint('lift_entrapment');
  await staff(no, ...DONE_URGENT);
  const looking = await linkTo(no, { rights: [] });
  const seen = await page(looking.token);
  expect([seen.status, formsIn(seen.html)]).toEqual([200, []]);
  for (const [body, right] of [
    [{ act: 'owner-answer', accepted: true }, 'answer'],
    [{ act: 'callback', score: 5, solved: true }, 'rate'],
    [{ act: 'rate', score: 5 }, 'rate'],
    [{ act: 'reopen', reason: 'x' }, 'reopen'],
    [{ act: 'note', text: 'x' }, 'write'],
  ] as const) {
    expect((await act(looking.token, body)).body).toMatchObject({
      status: 403,
      code: 'link-not-for-this',
      args: { right },
    });
  }
  const all = await linkTo(no);
  for (const body of [
    { act: 'close' },
    { act: 'withdraw', reason: 'x' },
    { act: 'note', text: 'x', no: 'C-0000-0000' },
    {},
  ]) {
    expect((await act(all.token, body)).body.code).toBe('invalid-request');
  }
  // It is no key: nothing else takes it.
  const headers = { authorization: `Bearer ${all.token}` };
  expect((await fetch(`${product.url}/api/v1/cases/${no}`, { headers })).status).toBe(401);
});

test('keys of staff and keys of a link at one case are not the same', async () => {
  const no = await complaint('lift_noise');
  const { token } = await linkTo(no);
  const key = { 'idempotency-key': 'shared' };
  const theirs = await product.call('customer_service', 'POST', `/api/v1/cases/${no}/note`, { text: '员工' }, key);
  const his = await act(token, { act: 'note', text: '住户' }, key);
  const again = await act(token, { act: 'note', text: '住户' }, key);
  const changed = await act(token, { act: 'note', text: '改了' }, key);
  expect([theirs.status, his.status, again.body.seq, changed.body.code]).toEqual([
    ...[200, 200, his.body.seq, 'idempotency-mismatch'],
  ]);
  const stale = await act(token, { act: 'reopen', reason: 'x' }, { 'if-match': '"1"' });
  expect(stale.body.code).toBe('stale');
});

test('pages of other sites send nothing, whatever they know', async () => {
  const link = await linkTo(await complaint('lift_noise'));
  const form = { ...formIn((await page(link.token)).html, 'note'), text: '你好' };
  const others: readonly Record<string, string>[] = [
    { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    { origin: 'null', 'sec-fetch-site': 'cross-site' },
    { origin: 'https://evil.example' },
  ];
  for (const headers of others) {
    const answer = await submit(link, form, headers);
    expect([answer.status, answer.html.includes('origin-not-allowed')]).toEqual([403, true]);
  }
  expect((await submit(link, form, { origin: product.url })).status).toBe(303);
});

test.each([
  ['a name twice', 'act=note&act=note', 400],
  ['an unknown field', 'act=note&text=x&seq=1&key=0e8f0d0e-6b8f-4d5c-9f38-111111111111&role=manager', 400],
  ['broken percent codes', 'act=%zz', 400],
  ['a control character', 'act=note&text=%00&seq=1&key=0e8f0d0e-6b8f-4d5c-9f38-111111111111', 400],
  ['no act', 'text=x', 400],
  ['nothing', '', 400],
  ['too much', `act=note&text=${'x'.repeat(70_000)}`, 413],
])('a form with %s is refused', async (_what, body, status) => {
  formLink ??= await linkTo(await complaint('lift_noise'));
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' };
  const at = `${product.url}/r/${formLink.token}`;
  const answer = await fetch(at, { method: 'POST', headers, body: body === '' ? null : body });
  expect(answer.status).toBe(status);
});
let formLink: Link | undefined;

test('a link that has run out or was erased with its resident says so, and nothing of the case', async () => {
  const no = await complaint('lift_noise');
  const [link, short] = [await linkTo(no), await linkTo(no, { days: 1 })];
  ahead = DAY + 1_000;
  const over = await page(short.token);
  expect(over.status).toBe(410);
  expect(over.html).toContain('这个链接已失效');
  expect(over.html).toContain('link-ended');
  for (const secret of [no, '湖畔花园', '电梯', PLANTED.name]) expect(over.html).not.toContain(secret);
  expect((await page(short.token, { 'accept-language': 'en' })).html).toContain('not valid any more');
  expect((await submit(short, { act: 'note', text: 'x' })).status).toBe(410);
  expect((await json(short.token)).body).toEqual({
    ...{ type: '/docs/problems#link-ended', title: 'Link ended', status: 410, code: 'link-ended', args: {} },
    ...{ detail: expect.any(String), instance: expect.any(String), serverTime: expect.any(Number) },
  });
  expect((await page(link.token)).status).toBe(200);
  ahead = 0;
  await done('manager', '/api/v1/residents/r-2/erase', { reason: 'requested', cases: [no] });
  expect((await json(link.token)).body.code).toBe('link-ended');
});

test('nothing is made without its entry in the audit log', async () => {
  const no = await complaint('lift_noise');
  const { id } = await linkTo(no);
  const { pool, db } = product.deps.database;
  const state = async () => (await pool.query('select id, revoked_at from resident_link order by id')).rows;
  const before = await state();
  await pool.query(`create function full_up() returns trigger language plpgsql as $$
    begin raise exception 'the audit log takes no more' using errcode = 'P0001'; end $$`);
  await pool.query('create trigger full_up before insert on audit_log for each row execute function full_up()');
  const made = await product.call('manager', 'POST', `/api/v1/cases/${no}/links`, {});
  const revoked = await product.call('manager', 'DELETE', `/api/v1/cases/${no}/links/${id}`);
  await pool.query('drop function full_up() cascade');
  expect([made.status, revoked.status]).toEqual([500, 500]);
  expect(await state()).toEqual(before);
  expect(await verifyAudit(db)).toMatchObject({ intact: true });
});

test('while the database is away he is told so in his language, and what he sends again is taken once', async () => {
  const no = await complaint('lift_noise');
  const link = await linkTo(no);
  const form = { ...formIn((await page(link.token)).html, 'note'), text: '明天在家' };
  await product.database('away');
  try {
    const chinese = await page(link.token);
    const english = await page(link.token, {}, '?lang=en');
    const sent = await submit(link, form);
    expect([chinese.status, english.status, sent.status]).toEqual([503, 503, 503]);
    expect(chinese.html).toContain('<html lang="zh-CN">');
    expect(chinese.html).toContain('系统暂时无法处理，请过几分钟再试。您的诉求不会丢失。');
    expect(english.html).toContain('<html lang="en">');
    expect(english.html).toContain('Please try again in a few minutes; nothing is lost.');
    for (const shown of [chinese, english, sent]) {
      expect(shown.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect([no, '湖畔花园', link.token].filter((text) => shown.html.includes(text))).toEqual([]);
    }
    for (const answer of [await json(link.token), await act(link.token, { act: 'note', text: '在家' })]) {
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      expect(answer.body).toMatchObject({ status: 503, code: 'database-unavailable' });
    }
  } finally {
    await product.database('back');
  }
  await until('the database is back', async () => {
    const { status } = await product.call('manager', 'GET', `/api/v1/cases/${no}/timeline`);
    return status === 200;
  });
  // The page was still open, with what he had typed.
  expect((await submit(link, form)).status).toBe(303);
  expect((await submit(link, form)).status).toBe(303);
  const events = (await product.call('manager', 'GET', `/api/v1/cases/${no}/timeline?limit=500`)).body.items as Body[];
  expect(events.filter(({ type }) => type === 'noted')).toHaveLength(1);
}, 60_000);

test('one link has its own share, and is told when it is used up', async () => {
  const link = await linkTo(await complaint('lift_noise'));
  const next = await linkTo(link.no);
  stopped = Date.now();
  const statuses: number[] = [];
  for (let count = 0; count <= LINK_LIMIT; count += 1) statuses.push((await json(link.token)).status);
  expect(statuses).toEqual([...Array<number>(LINK_LIMIT).fill(200), 429]);
  const over = await page(link.token);
  expect([over.status, over.headers.get('retry-after')]).toEqual([429, expect.stringMatching(/^\d+$/)]);
  expect(over.html).toContain('操作太频繁');
  expect((await json(next.token)).status).toBe(200);
});

test('guessing is slow, tells nothing, and locks nobody out who came before', async () => {
  const link = await linkTo(await complaint('lift_noise'));
  expect((await json(link.token)).status).toBe(200);
  const fresh = await linkTo(link.no);
  const head = link.token.slice(0, -1);
  const changed = `${link.token.startsWith('A') ? 'B' : 'A'}${link.token.slice(1)}`;
  const wrong = [
    head,
    `${link.token}A`,
    changed,
    'x',
    '..%2f..%2fetc',
    '%00',
    "'%20or%201=1--",
    'ＡＡ',
    'a'.repeat(300),
  ];
  const answers: unknown[] = [];
  for (const token of wrong) {
    // A minute passes between two of them: this is about what is said, not how often.
    ahead += MINUTE;
    const { status, body } = await json(token);
    answers.push([status, body.code, body.args]);
  }
  expect(answers).toEqual(wrong.map(() => [404, 'link-unknown', {}]));
  ahead += 2 * MINUTE;
  stopped = Date.now();
  const guesses: number[] = [];
  for (let count = 0; count < GUESSES + 2; count += 1) {
    guesses.push((await json(`${'x'.repeat(42)}${String(count)}`)).status);
  }
  expect(guesses).toEqual([...Array<number>(GUESSES).fill(404), 429, 429]);
  // Whoever came by a right link before is let in; a new one waits like a guess.
  expect([(await json(link.token)).status, (await json(fresh.token)).status]).toEqual([200, 429]);
  const shown = await page('x'.repeat(43), { 'accept-language': 'en' });
  expect([shown.status, shown.html.includes('Too many requests')]).toEqual([429, true]);
  ahead += 2 * MINUTE;
  expect((await page('x'.repeat(43), { 'accept-language': 'en' })).html).toContain('There is no such link');
});

test('no token is in a log line, a span, a metric, a refusal or the database', async () => {
  // The guesses of the test before are forgotten.
  ahead = HOUR;
  const link = await linkTo(await complaint('lift_noise'));
  const refusals = [await act(link.token, { act: 'close' }), await json(link.token, { query: '?lang=xx' })];
  await page(link.token);
  await submit(link, { act: 'x' });
  const { pool } = product.deps.database;
  const { rows } = await pool.query<{ hash: string }>('select hash from resident_link where id = $1', [link.id]);
  expect(rows).toEqual([{ hash: expect.stringMatching(/^[0-9a-f]{64}$/) }]);
  const places = {
    logs: logged.join('\n'),
    spans: spans.join('\n'),
    metrics: (await product.deps.metrics.render()).body,
    refusals: JSON.stringify(refusals.map(({ body }) => body)),
    database: await allText(product.deps.database.db),
  };
  expect(places.logs).toContain(`link:${link.id}`);
  expect(places.logs).toContain('/r/{token}');
  expect(places.spans).toContain('/api/v1/resident-links/{token}');
  for (const [place, text] of Object.entries(places)) {
    expect([place, text.length > 100, text.includes(link.token)]).toEqual([place, true, false]);
  }
});

import { startProduct, type Body, type Product } from '../../support/product';

let product: Product;
beforeAll(async () => {
  product = await startProduct();
}, 60_000);
afterAll(async () => {
  await product.stop();
});

const NEW = { project: 'lakeside', channel: 'phone', matter: '电梯困人', subtype: 'lift_entrapment' };

async function start(body: object = NEW, headers: Record<string, string> = {}): Promise<string> {
  const answer = await product.call('customer_service', 'POST', '/api/v1/complaints', body, headers);
  expect(answer.status).toBe(201);
  return answer.body.no as string;
}

function obligation(view: Body, id: string): Body {
  const found = (view.obligations as Body[]).find((candidate) => candidate.id === id);
  if (!found) throw new Error(`no obligation ${id}`);
  return found;
}

function dueAt(view: Body, id: string): number {
  return Date.parse(obligation(view, id).dueAt as string);
}

describe('a complaint over HTTP', () => {
  it('has the clocks of the policy from the moment it was reported', async () => {
    const recent = new Date(product.deps.clock.now() - 40 * 60_000).toISOString();
    const no = await start({ ...NEW, reportedAt: recent });
    const { status, body, headers } = await product.call('customer_service', 'GET', `/api/v1/cases/${no}`);
    expect(status).toBe(200);
    expect(headers.get('etag')).toBe(`"${String(body.seq)}"`);
    expect(headers.get('server-time')).toMatch(/^\d{13}$/);
    expect([body.type, body.priority, body.level, body.stage]).toEqual(['facility', 'urgent', 'major', 'classified']);
    const t0 = Date.parse(recent);
    expect(dueAt(body, 'acknowledge')).toBe(t0 + 15 * 60_000);
    expect(dueAt(body, 'resolve')).toBe(t0 + 24 * 3_600_000);
    expect(dueAt(body, 'close')).toBe(t0 + 48 * 3_600_000);
    expect(obligation(body, 'acknowledge').bornLate).toBe('typed-late');
    expect(body.source).toBe('typed-late');
  });

  it('is worked to its closing, each answer showing the case after the command', async () => {
    const no = await start();
    const at = `/api/v1/cases/${no}`;
    const steps: [string, string, object, string][] = [
      ['customer_service', 'acknowledge', {}, 'handling'],
      ['engineering', 'accept-part', { department: 'engineering' }, 'handling'],
      ['engineering', 'complete-part', { department: 'engineering', result: '已修复' }, 'feedback'],
      ['customer_service', 'feed-back', { written: '已修复', faceToFace: false, reason: '业主外出' }, 'review'],
      ['customer_service', 'owner-answer', { accepted: true, score: 5 }, 'review'],
      [
        'senior_cs_supervisor',
        'close',
        { rootCause: '老化', preventiveAction: '更换', similarRisksChecked: true },
        'closed',
      ],
    ];
    for (const [role, command, body, stage] of steps) {
      const answer = await product.call(role, 'POST', `${at}/${command}`, body);
      expect([command, answer.status, answer.body.stage]).toEqual([command, 200, stage]);
      expect(answer.body.projection).toBe('written');
      const read = await product.call('customer_service', 'GET', at);
      expect(read.body.seq as number).toBeGreaterThanOrEqual(answer.body.seq as number);
    }
    const timeline = await product.call('manager', 'GET', `${at}/timeline?limit=1000`);
    const items = timeline.body.items as Body[];
    expect(items.map((event) => event.seq)).toEqual(items.map((_event, index) => index + 1));
    expect(items.some((event) => event.type === 'closed')).toBe(true);
    const after = await product.call('customer_service', 'POST', `${at}/note`, { text: '再说' });
    expect([after.status, after.body.code]).toEqual([409, 'case-closed']);
  });

  it('makes one case of fifty equal posts, and refuses the same key with another body, also after closing', async () => {
    const headers = { 'idempotency-key': 'fifty' };
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => product.call('customer_service', 'POST', '/api/v1/complaints', NEW, headers)),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 201));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    const other = await product.call(
      'customer_service',
      'POST',
      '/api/v1/complaints',
      { ...NEW, matter: '另一件事' },
      headers,
    );
    expect([other.status, other.body.code]).toEqual([422, 'idempotency-mismatch']);
    const no = answers[0]?.body.no as string;
    await product.call('customer_service', 'POST', `/api/v1/cases/${no}/withdraw`, { reason: '误报' });
    const again = await product.call('customer_service', 'POST', '/api/v1/complaints', NEW, headers);
    expect([again.status, again.body.no]).toEqual([201, no]);
    const otherAgain = await product.call(
      'customer_service',
      'POST',
      '/api/v1/complaints',
      { ...NEW, channel: 'app' },
      headers,
    );
    expect(otherAgain.status).toBe(422);
  });

  it('does a command once for one key, and tells another body under the same key apart', async () => {
    const at = `/api/v1/cases/${await start()}`;
    const headers = { 'idempotency-key': 'note-1' };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        product.call('customer_service', 'POST', `${at}/note`, { text: '一次' }, headers),
      ),
    );
    expect(new Set(answers.map(({ status, body }) => `${status} ${String(body.seq)}`)).size).toBe(1);
    const other = await product.call('customer_service', 'POST', `${at}/note`, { text: '两次' }, headers);
    expect([other.status, other.body.code]).toEqual([422, 'idempotency-mismatch']);
    const timeline = await product.call('customer_service', 'GET', `${at}/timeline`);
    expect((timeline.body.items as Body[]).filter(({ type }) => type === 'noted')).toHaveLength(1);
  });

  it('answers 412 with what happened since when If-Match is stale', async () => {
    const at = `/api/v1/cases/${await start()}`;
    await product.call('customer_service', 'POST', `${at}/acknowledge`, {});
    const stale = await product.call('customer_service', 'POST', `${at}/note`, { text: 'x' }, { 'if-match': '"1"' });
    expect([stale.status, stale.body.code]).toEqual([412, 'stale']);
    expect((stale.body.since as Body[]).some(({ type }) => type === 'acknowledged')).toBe(true);
    const read = await product.call('customer_service', 'GET', at);
    const fresh = await product.call(
      'customer_service',
      'POST',
      `${at}/note`,
      { text: 'x' },
      {
        'if-match': read.headers.get('etag') ?? '',
      },
    );
    expect(fresh.status).toBe(200);
  });

  it('rehearses starts and commands without storing anything', async () => {
    const rehearsal = await product.call('customer_service', 'POST', '/api/v1/complaints?dryRun=true', {
      ...NEW,
      subtype: 'noise',
      place: { room: '3-2-1501' },
    });
    expect([rehearsal.status, rehearsal.body.priority, rehearsal.body.household]).toEqual([200, 'important', 'h-1']);
    expect((rehearsal.body.obligations as Body[]).map(({ kind }) => kind)).toContain('test-result');
    const at = `/api/v1/cases/${await start()}`;
    const before = await product.call('customer_service', 'GET', at);
    const dry = await product.call('customer_service', 'POST', `${at}/acknowledge?dryRun=true`, {});
    expect((dry.body.events as Body[]).map(({ type }) => type)).toContain('obligation-met');
    const refused = await product.call('customer_service', 'POST', `${at}/restore?dryRun=true`, {});
    expect([refused.status, refused.body.code]).toEqual([409, 'no-outage']);
    const after = await product.call('customer_service', 'GET', at);
    expect(after.body.stage).toBe(before.body.stage);
  });

  it('shows what can be done now, and why something can’t', async () => {
    const at = `/api/v1/cases/${await start()}`;
    const { body } = await product.call('customer_service', 'GET', at);
    const action = (name: string) => (body.actions as Body[]).find(({ command }) => command === name);
    expect(action('acknowledge')).toMatchObject({ allowed: true, reasonCode: null, schema: 'AcknowledgeCommand' });
    expect(action('close')).toMatchObject({ allowed: false, reasonCode: 'not-allowed-now' });
    expect(action('extend')).toBeUndefined();
    const response = await fetch(`${product.url}/openapi.json`);
    const document = (await response.json()) as { components: { schemas: Body } };
    expect(Object.keys(document.components.schemas)).toContain('AcknowledgeCommand');
  });
});

describe('who sees a case', () => {
  it('is hidden from other projects, shown to its own resident only', async () => {
    const no = await start({ ...NEW, place: { room: '3-2-1501' } });
    const elsewhere = await start({ ...NEW, place: { room: '9-9-909' } });
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['GET', '/timeline', undefined],
      ['GET', '/obligations', undefined],
      ['GET', '/obligations/acknowledge/explanation', undefined],
      ['POST', '/note', { text: 'x' }],
      ['POST', '/unmask', { reason: 'visit' }],
    ] as const) {
      const foreign = await product.call('customer_service@riverside', method, `/api/v1/cases/${no}${path}`, body);
      expect([path, foreign.status, foreign.body.code]).toEqual([path, 404, 'not-found']);
    }
    const own = await product.call('resident', 'GET', `/api/v1/cases/${no}`);
    expect(own.status).toBe(200);
    const others = await product.call('resident', 'GET', `/api/v1/cases/${elsewhere}`);
    expect(others.status).toBe(404);
    const list = await product.call('resident', 'GET', '/api/v1/cases');
    expect((list.body.items as Body[]).map((item) => item.no)).not.toContain(elsewhere);
  });

  it('unmasks the caller with a reason, and writes it down', async () => {
    const no = await start({ ...NEW, caller: { name: '植入姓名', phone: '13800001234' } });
    const masked = await product.call('customer_service', 'GET', `/api/v1/cases/${no}/timeline`);
    expect(JSON.stringify(masked.body)).not.toContain('植入姓名');
    const shown = await product.call('customer_service', 'POST', `/api/v1/cases/${no}/unmask`, { reason: 'call-back' });
    expect(shown.body).toMatchObject({ name: '植入姓名', phone: '13800001234' });
    const { rows } = await product.deps.database.pool.query(
      `select actor, action, subject from audit_log where subject = $1`,
      [`case/${no}`],
    );
    expect(rows).toEqual([{ actor: 's-customer_service', action: 'case.unmask', subject: `case/${no}` }]);
  });

  it('gives managers Temporal’s own history, decoded, without a text in it', async () => {
    const no = await start({ ...NEW, matter: '植入文字不可见' });
    const clerk = await product.call('customer_service', 'GET', `/api/v1/cases/${no}/workflow-history`);
    expect(clerk.status).toBe(403);
    const { status, body } = await product.call('manager', 'GET', `/api/v1/cases/${no}/workflow-history`);
    expect(status).toBe(200);
    const [first] = body.items as Body[];
    expect(first?.type).toBe('workflow-execution-started');
    expect(JSON.stringify(first)).toContain('lift_entrapment');
    expect(JSON.stringify(body)).not.toContain('植入文字不可见');
  });
});

describe('several at once', () => {
  it('runs commands on many cases with one result each, once per key', async () => {
    const [first, second] = [await start(), await start()];
    const items = [
      { no: first, command: 'acknowledge', body: {} },
      { no: second, command: 'restore', body: {} },
      { no: 'C-0000-0000', command: 'note', body: { text: 'x' } },
      { no: second, command: 'note', body: { words: 'x' } },
    ];
    const headers = { 'idempotency-key': `bulk-${first}` };
    const run = () => product.call('customer_service', 'POST', '/api/v1/commands', { items }, headers);
    const results = ((await run()).body.items as Body[]).map(({ status, code }) => [status, code]);
    expect(results).toEqual([
      [200, null],
      [409, 'no-outage'],
      [404, 'not-found'],
      [400, 'invalid-request'],
    ]);
    expect(((await run()).body.items as Body[]).map(({ status }) => status)).toEqual([200, 409, 404, 400]);
  });

  it('attaches another caller, whose contact only the vault has', async () => {
    const no = await start();
    const at = `/api/v1/cases/${no}`;
    const nobody = await product.call('customer_service', 'POST', `${at}/attach-caller`, { channel: 'phone' });
    expect([nobody.status, nobody.body.code]).toEqual([422, 'contact-required']);
    const caller = { channel: 'phone', name: '另一位邻居', phone: '13800005678' };
    expect((await product.call('customer_service', 'POST', `${at}/attach-caller`, caller)).status).toBe(200);
    const timeline = await product.call('manager', 'GET', `${at}/timeline`);
    expect((timeline.body.items as Body[]).some(({ type }) => type === 'caller-attached')).toBe(true);
    expect(JSON.stringify(timeline.body)).not.toContain('另一位邻居');
  });

  it('counts what stands in the lists', async () => {
    await start();
    const { status, body } = await product.call('customer_service', 'GET', '/api/v1/lists/counts');
    expect(status).toBe(200);
    expect((body.cases as Body).open).toBeGreaterThan(0);
    expect((body.mine as Body).open).toBeGreaterThan(0);
  });
});

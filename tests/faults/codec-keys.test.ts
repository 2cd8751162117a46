import { randomUUID } from 'node:crypto';
import { createBlindIndex } from '../../common/crypto/blind-index';
import { parseKeyring } from '../../common/crypto/keyring';
import { createSealer } from '../../common/crypto/sealer';
import { createIds } from '../../common/ids';
import { connectTemporal, type TemporalClient } from '../../common/temporal';
import { createCompany } from '../../db/queries/company';
import { findReceipt } from '../../db/queries/cases';
import { journalPage } from '../../db/queries/journal-read';
import { COMPANY, KEYS, LAKE, type Caller } from '../api/resources/company';
import { keyText } from '../common/keys';
import { clock, openTestDatabase, type OpenDatabase } from '../db/open';
import { devServer, type DevServer } from '../support/servers';
import { dataConverter } from '../workflows/support/converter';
import { until } from '../workflows/support/until';
import { Program } from './programs';

jest.setTimeout(120_000);

/** New codec keys while cases run: the API and the worker are processes of their own and never change at once. */

const ring = (...ids: string[]): string => ids.map((id) => `${id}:${keyText(id.charCodeAt(1))}`).join(',');

let temporal: DevServer;
let database: OpenDatabase;
let client: TemporalClient;
const api = new Program('api/main', 'GUANJIA_API_PORT');
const worker = new Program('worker/main', 'GUANJIA_WORKER_PORT');

beforeAll(async () => {
  [temporal, database] = await Promise.all([devServer(), openTestDatabase()]);
  client = await connectTemporal({ address: temporal.address, namespace: 'default' }, dataConverter);
  const indexKey = Buffer.from(keyText(7), 'base64');
  const sealer = createSealer(parseKeyring(ring('v1'), 'vault'));
  const parts = { sealer, clock, ids: createIds(indexKey), index: createBlindIndex(indexKey) };
  await createCompany(database.db, COMPANY, parts);
});
afterAll(async () => {
  await Promise.all([api.stop(), worker.stop()]);
  await client.close();
  await Promise.all([temporal.stop(), database.drop()]);
});

const variables = (codecKeys: string) => ({
  DATABASE_URL: database.url,
  TEMPORAL_ADDRESS: temporal.address,
  GUANJIA_CODEC_KEYS: codecKeys,
  GUANJIA_VAULT_KEYS: ring('v1'),
  GUANJIA_INDEX_KEY: keyText(7),
});

interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: Readonly<Record<string, unknown>>;
}

async function call(
  as: Caller,
  method: string,
  at: string,
  body?: object,
  key: string = randomUUID(),
): Promise<Answer> {
  const answer = await fetch(api.url + at, {
    method,
    headers: { authorization: `Bearer ${KEYS[as]}`, 'content-type': 'application/json', 'idempotency-key': key },
    ...(body ? { body: JSON.stringify(body) } : {}),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    retryAfter: answer.headers.get('retry-after'),
    body: JSON.parse(text) as Answer['body'],
  };
}

async function begin(): Promise<string> {
  const complaint = { project: LAKE, channel: 'phone', matter: '楼上很吵', subtype: 'noise' };
  const { status, body } = await call('customer_service', 'POST', '/api/v1/complaints', complaint);
  expect([status, body.code]).toEqual([201, undefined]);
  return body.no as string;
}

const note = (no: string, key?: string): Promise<Answer> =>
  call('customer_service', 'POST', `/api/v1/cases/${no}/note`, { text: '再打一次' }, key);

async function notes(no: string): Promise<number> {
  const events = await journalPage(database.db, no, { after: 0, limit: 1_000 });
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_event, index) => index + 1));
  return events.filter(({ type }) => type === 'noted').length;
}

/** The keys that a case's payloads in Temporal are encrypted with, in the order of their first use. */
async function keysIn(no: string): Promise<string[]> {
  const history = await client.client.workflow.getHandle(no).fetchHistory();
  const ids = JSON.stringify(history).matchAll(/"encryption-key-id":"([^"]+)"/g);
  return [...new Set([...ids].map(([, id]) => Buffer.from(id ?? '', 'base64').toString('utf8')))];
}

/** A case whose payloads need k1, and one whose do not. */
let old: string;
let fresh: string;

test('k1, then k1,k2, then k2,k1: cases go on, and what is new is encrypted with k2', async () => {
  await Promise.all([api.run(variables(ring('k1'))), worker.run(variables(ring('k1')))]);
  old = await begin();
  expect((await note(old)).status).toBe(200);
  expect(await keysIn(old)).toEqual(['k1']);

  // The wrong order: the worker writes with k2 before the API has it.
  await worker.run(variables(ring('k2', 'k1')));
  const key = randomUUID();
  const refused = await note(old, key);
  expect(refused).toMatchObject({
    status: 503,
    retryAfter: '30',
    body: { code: 'key-missing', args: { key: 'k2', variable: 'GUANJIA_CODEC_KEYS' } },
  });
  expect(JSON.stringify(refused.body)).not.toMatch(/ at .*:\d+:\d+|node_modules/);
  // Reading goes on, and a case can be taken.
  expect((await call('customer_service', 'GET', `/api/v1/cases/${old}`)).status).toBe(200);
  const between = await begin();
  expect(api.log()).toMatch(/"keyId":"k2","variable":"GUANJIA_CODEC_KEYS"/);
  expect(await api.metrics()).toMatch(/guanjia_missing_keys_total\{variable="GUANJIA_CODEC_KEYS",key="k2"\} [1-9]/);

  await api.run(variables(ring('k1', 'k2')));
  expect((await note(old, key)).status).toBe(200);
  expect(await notes(old)).toBe(2);
  expect((await note(between)).status).toBe(200);

  await api.run(variables(ring('k2', 'k1')));
  fresh = await begin();
  expect((await note(fresh)).status).toBe(200);
  expect(await keysIn(fresh)).toEqual(['k2']);
  expect((await note(old)).status).toBe(200);
  expect(await notes(old)).toBe(3);
  expect(await keysIn(old)).toEqual(['k1', 'k2']);
});

test('k2 alone, too early: cases of k1 stand still, are refused clearly, and go on when it is back', async () => {
  await worker.run(variables(ring('k2')));
  const key = randomUUID();
  const [rehearsed, refused] = await Promise.all([
    call('customer_service', 'POST', `/api/v1/cases/${old}/note?dryRun=true`, { text: '试' }),
    note(old, key),
  ]);
  const unavailable = { status: 503, retryAfter: '5', body: { code: 'engine-unavailable' } };
  expect([rehearsed, refused]).toMatchObject([unavailable, unavailable]);
  expect(worker.log()).toMatch(/"keyId":"k1","variable":"GUANJIA_CODEC_KEYS"/);
  expect(await worker.metrics()).toMatch(/guanjia_missing_keys_total\{variable="GUANJIA_CODEC_KEYS",key="k1"\} [1-9]/);
  expect((await client.client.workflow.getHandle(old).describe()).status.name).toBe('RUNNING');
  // A case that needs nothing of k1 does not notice.
  expect((await note(fresh)).status).toBe(200);

  await worker.run(variables(ring('k2', 'k1')));
  const answered = await until('the same command is done', async () => {
    const answer = await note(old, key);
    return answer.status === 503 ? null : answer;
  });
  expect(answered.status).toBe(200);
  expect(await notes(old)).toBe(4);
  expect(await findReceipt(database.db, old, key)).toMatchObject({ command: 'note' });
});

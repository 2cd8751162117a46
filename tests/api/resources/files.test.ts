import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { purgeFiles } from '../../../activities/purge-files';
import { requireFiles } from '../../../api/resources/files';
import { listAudit } from '../../../db/queries/audit';
import { writeBatch } from '../../../db/queries/journal';
import type { JournalEvent } from '../../../domain/event';
import { DAY } from '../../../domain/instant';
import { PlayedCase, textRef } from '../../db/played-case';
import { attachFiles, findFiles, insertFile } from '../../../db/queries/files';
import { StoreAwayError, type FileStore } from '../../../common/files/file-store';
import { s3Store } from '../../../common/files/s3';
import { folderStore } from '../../../common/files/store';
import { filesConfig } from '../../../common/config-files';
import type { Principal } from '../../../api/http/access';
import { GPS, jpegOf, jpegSegment, pngChunk, pngOf, webpChunk, webpOf } from '../../common/image/made';
import { testFolder } from '../../support/servers';
import { HILL, LAKE, type Caller } from './company';
import { startOffice, type Office } from './support';

/** Photos before and after: what may be sent, who sees it, how it lies there, and how it goes. */

const folder = testFolder();
let office: Office;
beforeAll(async () => {
  office = await startOffice({}, { files: folderStore({ folder }) });
});
afterAll(() => office.stop());

const PICTURE = jpegOf([jpegSegment(0xdb, 'table'), jpegSegment(0xda, 'scan'), Buffer.from('the picture')]);
const withPosition = Buffer.concat([PICTURE.subarray(0, 2), jpegSegment(0xe1, `Exif\0\0${GPS}`), PICTURE.subarray(2)]);

const send = (as: Caller | null, bytes: Buffer, { project = LAKE, type = 'image/jpeg', key = '' } = {}) =>
  office.call(as, 'POST', `/api/v1/files?project=${project}`, bytes, {
    'content-type': type,
    ...(key === '' ? {} : { 'idempotency-key': key }),
  });
const show = (as: Caller, id: unknown) => office.call(as, 'GET', `/api/v1/files/${String(id)}`);
const caller = (id: string): Principal => ({
  ...{ id, kind: 'staff', role: 'engineering', department: null, projects: [LAKE, HILL], keyId: 'k' },
});
const code = ({ status, body }: { status: number; body: Readonly<Record<string, unknown>> }) => [status, body.code];
const stored = (): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(folder, name)).isFile());

test('a photo is kept without its position, and comes back as it was kept', async () => {
  const sent = await send('engineering', withPosition);
  expect(sent.status).toBe(201);
  const { id } = sent.body;
  expect(sent.body).toMatchObject({ project: LAKE, case: null, type: 'image/jpeg', size: PICTURE.length });
  expect(sent.body.sha256).toBe(createHash('sha256').update(PICTURE).digest('hex'));
  expect(sent.headers.get('location')).toBe(`/api/v1/files/${String(id)}`);
  const shown = await show('engineering', id);
  expect(shown.body.bytes).toEqual(PICTURE);
  expect(Object.fromEntries(shown.headers)).toMatchObject({
    'content-type': 'image/jpeg',
    'content-disposition': `attachment; filename="${String(id)}.jpg"`,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'",
    'cache-control': 'no-store',
  });
});

test('what counts is what the bytes are, not what they are called', async () => {
  const png = pngOf([pngChunk('IHDR', 'head'), pngChunk('tEXt', GPS), pngChunk('IDAT', 'x')]);
  const webp = webpOf([webpChunk('VP8 ', 'x')]);
  expect((await send('engineering', png)).body.type).toBe('image/png');
  expect((await send('engineering', webp, { type: 'image/png' })).body.type).toBe('image/webp');
  for (const text of ['<svg onload=alert(1)>', '<html>', 'GIF89a', '\0\0\0\u0018ftypheic', '%PDF-', 'x']) {
    expect(code(await send('engineering', Buffer.from(text)))).toEqual([422, 'not-a-photo']);
  }
  expect(code(await send('engineering', PICTURE.subarray(0, -2)))).toEqual([422, 'not-a-photo']);
  for (const type of ['text/html', 'image/svg+xml', 'image/heic', 'application/json', 'multipart/form-data']) {
    expect(code(await send('engineering', PICTURE, { type }))).toEqual([415, 'unsupported-media-type']);
  }
});

test('nothing, too much, another project, another role', async () => {
  expect(code(await send('engineering', Buffer.alloc(0)))).toEqual([400, 'invalid-request']);
  expect(code(await send('engineering', Buffer.alloc(office.deps.maxFileBytes + 1)))).toEqual([413, 'body-too-large']);
  expect(code(await send('engineering', PICTURE, { project: HILL }))).toEqual([404, 'not-found']);
  expect(code(await send('volunteer', PICTURE))).toEqual([403, 'role-not-allowed']);
  expect(code(await send(null, PICTURE))).toEqual([401, 'unauthenticated']);
});

test('sent again with its key it is kept once; another one under that key is refused', async () => {
  const first = await send('engineering', PICTURE, { key: 'photo-1' });
  const before = stored().length;
  const again = await send('engineering', PICTURE, { key: 'photo-1' });
  expect(again.body).toEqual(first.body);
  const other = pngOf([pngChunk('IHDR', 'head'), pngChunk('IDAT', 'x')]);
  expect(code(await send('engineering', other, { key: 'photo-1' }))).toEqual([422, 'idempotency-mismatch']);
  expect(stored()).toHaveLength(before);
});

test('it lies there encrypted, under a name that says nothing, for its owner alone', async () => {
  await send('engineering', PICTURE);
  expect(stored().length).toBeGreaterThan(0);
  for (const name of stored()) {
    expect(readFileSync(join(folder, name)).includes('the picture')).toBe(false);
    expect(statSync(join(folder, name)).mode & 0o077).toBe(0);
    expect(name).toMatch(/^[0-9a-f]{2}\/[0-9a-f-]{36}$/);
  }
});

test('until a command names it only who sent it sees it', async () => {
  const { body } = await send('engineering', PICTURE);
  expect((await show('engineering', body.id)).status).toBe(200);
  for (const other of ['manager', 'hill', 'resident'] as const) {
    expect(code(await show(other, body.id))).toEqual([404, 'not-found']);
  }
});

test('a command takes one’s own of this project, once it was taken only for this case', async () => {
  const { body } = await send('engineering', PICTURE);
  const id = String(body.id);
  const ask = (change: object = {}) =>
    requireFiles(office.deps, {
      ...{ ids: [id], project: LAKE, caseNo: 'C-0000-0001', principal: caller('s-engineering'), now: office.now },
      ...change,
    });
  await ask();
  await expect(ask({ project: HILL })).rejects.toMatchObject({ code: 'file-unknown', args: { file: id } });
  await expect(ask({ principal: caller('s-both') })).rejects.toMatchObject({ code: 'file-unknown' });
  await expect(ask({ ids: [id, 'f-0'] })).rejects.toMatchObject({ code: 'file-unknown', args: { file: 'f-0' } });
  const { pool } = office.deps.database;
  await attachFiles(pool, { ids: [id], caseNo: 'C-0000-0001', at: office.now });
  await attachFiles(pool, { ids: [id], caseNo: 'C-0000-0002', at: office.now });
  await ask({ principal: caller('s-both') });
  await expect(ask({ caseNo: 'C-0000-0002' })).rejects.toMatchObject({ code: 'file-unknown' });
});

test('nobody keeps more than a hundred that no command has named', async () => {
  for (let index = 0; index < 100; index += 1) expect((await send('security', PICTURE)).status).toBe(201);
  expect(code(await send('security', PICTURE))).toEqual([409, 'too-many-files']);
});

test('with a resident go the photos that he sent and those of his cases, keys first and then bytes', async () => {
  const { db, pool } = office.deps.database;
  const no = 'C-GNE7-0001';
  await writeBatch(office.deps.database, PlayedCase.open({ no, project: LAKE }).batch, office.deps);
  const sent = [
    await send('resident', PICTURE),
    await send('engineering', PICTURE),
    await send('engineering', PICTURE),
  ];
  const [his, ofCase, ofOthers] = sent.map(({ body }) => String(body.id)) as [string, string, string];
  await attachFiles(pool, { ids: [ofCase], caseNo: no, at: office.now });
  await attachFiles(pool, { ids: [ofOthers], caseNo: 'C-GNE7-0002', at: office.now });
  expect((await show('resident', his)).status).toBe(200);
  const rowsOf = () => db.selectFrom('file').selectAll().where('id', 'in', [his, ofCase, ofOthers]).execute();
  const bytes = new Map((await rowsOf()).map(({ id, store_key: key }) => [id, join(key.slice(0, 2), key)]));

  const erasing = { reason: 'requested', cases: [no] };
  expect((await office.call('manager', 'POST', '/api/v1/residents/r-1/erase', erasing)).status).toBe(200);
  const erased = (await rowsOf()).filter(({ erased_at: at }) => at !== null);
  expect(erased.map(({ id, sha256 }) => [id, sha256]).sort()).toEqual([his, ofCase].sort().map((id) => [id, '']));
  const keys = db.selectFrom('vault_key').select('subject_id').where('subject_id', 'in', [his, ofCase, ofOthers]);
  expect(await keys.execute()).toEqual([{ subject_id: ofOthers }]);

  const lying = () => [...bytes].filter(([, name]) => stored().includes(name)).map(([id]) => id);
  expect(lying().sort()).toEqual([his, ofCase, ofOthers].sort());
  const purge = () => purgeFiles({ ...office.deps, looseFiles: { store: folderStore({ folder }), keptFor: DAY } });
  await purge();
  expect(lying()).toEqual([ofOthers]);
  // The journal of the case names it, so its row stays and says that it is gone.
  const left = (await rowsOf()).map(({ id, removed_at: at }) => [id, at?.getTime() ?? null]);
  expect(new Map(left as [string, number | null][])).toEqual(
    new Map([
      [ofCase, office.now],
      [ofOthers, null],
    ]),
  );
  office.now += 1;
  await purge();
  expect((await rowsOf()).find(({ id }) => id === ofCase)?.removed_at?.getTime()).toBe(office.now - 1);
});

describe('what no command names', () => {
  const KEPT = 7 * DAY;
  const purge = (store: FileStore = folderStore({ folder })) =>
    purgeFiles({ ...office.deps, looseFiles: { store, keptFor: KEPT } });
  const sent = async (): Promise<string> => String((await send('finance', PICTURE)).body.id);
  const name = (id: string, caseNo = 'C-LOOSE-001') =>
    requireFiles(office.deps, {
      ...{ ids: [id], project: LAKE, caseNo, principal: caller('s-finance'), now: office.now },
    });
  const isKept = async (id: string): Promise<boolean[]> => {
    const [row] = await findFiles(office.deps.database.db, [id]);
    return [(await show('finance', id)).status === 200, row !== undefined];
  };
  const bytesOf = async (id: string): Promise<string> => {
    const [row] = await findFiles(office.deps.database.db, [id]);
    return join(row?.storeKey.slice(0, 2) ?? '', row?.storeKey ?? '');
  };
  const purged = async (id: string) => {
    const filter = { projects: '*', subject: `file/${id}`, limit: 5 } as const;
    return (await listAudit(office.deps.database.db, filter)).filter(({ action }) => action === 'file.purge');
  };

  test('goes after seven days, row and bytes, and the audit log says so; what was named stays', async () => {
    await purge();
    const [loose, refused, recent] = [await sent(), await sent(), await sent()];
    office.now += KEPT;
    // A command that was not taken names one of them on the last day.
    await name(refused);
    await purge();
    const fresh = await sent();
    const [bytes, others] = [await bytesOf(loose), await bytesOf(refused)];
    expect([await isKept(loose), stored().includes(bytes)]).toEqual([[true, true], true]);
    await attachFiles(office.deps.database.pool, { ids: [recent], caseNo: 'C-LOOSE-001', at: office.now });
    office.now += 1;
    await purge();
    expect([await isKept(loose), await isKept(refused), await isKept(fresh)]).toEqual([
      [false, false],
      [true, true],
      [true, true],
    ]);
    expect([stored().includes(bytes), stored().includes(others)]).toEqual([false, true]);
    expect((await findFiles(office.deps.database.db, [recent]))[0]?.wrapped).toEqual(expect.any(String));
    expect(await purged(loose)).toMatchObject([{ actor: 'system', project: LAKE }]);
    await expect(name(loose)).rejects.toMatchObject({ code: 'file-unknown' });
    office.now += KEPT;
    await purge();
    expect(await isKept(refused)).toEqual([false, false]);
    expect((await findFiles(office.deps.database.db, [recent]))[0]?.wrapped).toEqual(expect.any(String));
  });

  test('can be opened by nobody while the store is away, and is gone from it once it is back', async () => {
    const id = await sent();
    office.now += KEPT + 1;
    const remove = async (): Promise<never> => Promise.reject(new StoreAwayError('away'));
    await purge({ ...folderStore({ folder }), remove });
    expect(await isKept(id)).toEqual([false, true]);
    const bytes = await bytesOf(id);
    // A machine that does not have the folder takes nothing away from it.
    await purge(folderStore({ folder: join(folder, 'elsewhere') }));
    expect([await isKept(id), stored().includes(bytes)]).toEqual([[false, true], true]);
    await purge();
    expect(await isKept(id)).toEqual([false, false]);
    expect(stored().includes(bytes)).toBe(false);
    expect(await purged(id)).toHaveLength(1);
  });

  test('is refused or kept when a command names it at the very moment', async () => {
    const ids = await Promise.all(Array.from({ length: 30 }, () => sent()));
    office.now += KEPT + 1;
    const naming = ids.map((id) =>
      name(id).then(
        () => true,
        () => false,
      ),
    );
    const [taken] = await Promise.all([Promise.all(naming), purge(), purge()]);
    await purge();
    expect(await Promise.all(ids.map(async (id) => (await isKept(id))[0]))).toEqual(taken);
  });

  test('the journal makes part of its case what an event names, whoever asked for it and however late', async () => {
    const id = await sent();
    const no = 'C-LOOSE-002';
    const opened = PlayedCase.open({ no, project: LAKE });
    const { batch } = opened.played.command('note', { text: textRef() });
    const named = { type: 'photos-added', data: { files: [id] } } as const;
    const events = batch.events.map((event): JournalEvent => (event.type === 'noted' ? { ...event, ...named } : event));
    for (const each of [opened.batch, { ...batch, events }]) await writeBatch(office.deps.database, each, office.deps);
    expect(await findFiles(office.deps.database.db, [id])).toMatchObject([{ caseNo: no }]);
  });
});

test('a store that is away: 503, and nothing half kept', async () => {
  const away = async (): Promise<never> => Promise.reject(new StoreAwayError('away'));
  const broken = await startOffice({}, { files: { put: away, get: away, remove: away } });
  try {
    const headers = { 'content-type': 'image/jpeg' };
    const answer = await broken.call('engineering', 'POST', `/api/v1/files?project=${LAKE}`, PICTURE, headers);
    expect(code(answer)).toEqual([503, 'file-store-away']);
    expect(await broken.deps.database.db.selectFrom('file').selectAll().execute()).toEqual([]);
  } finally {
    await broken.stop();
  }
  const unwritable = folderStore({ folder: __filename });
  await expect(unwritable.put('ab', Buffer.from('x'))).rejects.toThrow(StoreAwayError);
});

describe('a bucket', () => {
  const about = { bucket: 'photos', region: 'cn-east-1', accessKeyId: 'AK', secretAccessKey: 'the secret' } as const;
  const objects = new Map<string, Buffer>();
  const refused: string[] = [];
  let state: 'up' | 'failing' = 'up';
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      if (state === 'failing') return response.writeHead(500).end();
      if (!isSigned(request, body)) {
        refused.push(`${request.method ?? ''} ${request.url ?? ''}`);
        return response.writeHead(403).end();
      }
      const path = request.url ?? '';
      if (request.method === 'PUT') objects.set(path, body);
      if (request.method === 'DELETE') objects.delete(path);
      const found = objects.get(path);
      if (request.method !== 'GET') return response.writeHead(200).end();
      return found ? response.writeHead(200).end(found) : response.writeHead(404).end();
    });
  });

  /** Signature Version 4, as Amazon describes it, computed by hand. */
  function isSigned(request: IncomingMessage, body: Buffer): boolean {
    const { headers, method = '', url = '' } = request;
    const [, scope = '', names = '', signature] =
      /Credential=AK\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=(\w+)/.exec(headers.authorization ?? '') ?? [];
    const sum = createHash('sha256').update(body).digest('hex');
    const signed = names.split(';').map((name) => `${name}:${String(headers[name])}\n`);
    const canonical = [method, url, '', signed.join(''), names, sum].join('\n');
    const time = String(headers['x-amz-date']);
    const text = ['AWS4-HMAC-SHA256', time, scope, createHash('sha256').update(canonical).digest('hex')].join('\n');
    const hmac = (key: Buffer | string, data: string): Buffer => createHmac('sha256', key).update(data).digest();
    const key = scope
      .split('/')
      .reduce<Buffer | string>((from, part) => hmac(from, part), `AWS4${about.secretAccessKey}`);
    const isWhole = ['host', 'x-amz-content-sha256', 'x-amz-date'].every((name) => names.split(';').includes(name));
    return isWhole && headers['x-amz-content-sha256'] === sum && hmac(key, text).toString('hex') === signature;
  }

  async function bodyOf(request: IncomingMessage): Promise<Buffer> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    return Buffer.concat(parts);
  }

  let endpoint: string;
  beforeAll(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => void server.close());
  const store = (secretAccessKey: string = about.secretAccessKey): FileStore =>
    s3Store({ ...about, endpoint, secretAccessKey }, { now: () => office.now });

  test('keeps, gives and forgets, each request signed', async () => {
    const bytes = Buffer.from([0, 255, 1, 254]);
    await store().put('name-1', bytes);
    expect([...objects.keys()]).toEqual(['/photos/name-1']);
    expect(await store().get('name-1')).toEqual(bytes);
    await store().remove('name-1');
    expect(await store().get('name-1')).toBeNull();
    expect(refused).toEqual([]);
  });

  test('gives up what no command named', async () => {
    await store().put('name-3', Buffer.from('x'));
    const { db } = office.deps.database;
    const { wrapped } = office.deps.sealer.newDataKey();
    const file = { ...{ id: 'f-bucket', project: LAKE, caseNo: null, by: 's-finance', type: 'image/png', size: 1 } };
    await insertFile(db, { ...file, sha256: '', storeKey: 'name-3', createdAt: office.now }, wrapped);
    office.now += 1;
    await purgeFiles({ ...office.deps, looseFiles: { store: store(), keptFor: 0 } });
    expect([objects.has('/photos/name-3'), await findFiles(db, ['f-bucket'])]).toEqual([false, []]);
  });

  test('refuses who does not know the secret, and is away when it fails', async () => {
    await expect(store('another').put('name-2', Buffer.from('x'))).rejects.toThrow(StoreAwayError);
    expect(refused).toEqual(['PUT /photos/name-2']);
    state = 'failing';
    await expect(store().get('name-1')).rejects.toThrow(StoreAwayError);
    await expect(s3Store({ ...about, endpoint: 'http://127.0.0.1:1' }, office.deps.clock).get('x')).rejects.toThrow(
      StoreAwayError,
    );
  });
});

test('the configuration: a folder, unless a bucket is named with its keys, over HTTPS', () => {
  expect(filesConfig({})).toEqual({
    maxBytes: 5 * 1024 * 1024,
    looseFor: 7 * DAY,
    store: { folder: join(process.cwd(), '.guanjia/files') },
  });
  expect(
    filesConfig({ GUANJIA_HOME: '/srv/g', GUANJIA_FILES_MAX_BYTES: '1000', GUANJIA_FILES_LOOSE_DAYS: '30' }),
  ).toEqual({
    maxBytes: 1000,
    looseFor: 30 * DAY,
    store: { folder: '/srv/g/files' },
  });
  const bucket = {
    ...{ GUANJIA_S3_ENDPOINT: 'https://s3.example/', GUANJIA_S3_BUCKET: 'b' },
    ...{ GUANJIA_S3_ACCESS_KEY_ID: 'i', GUANJIA_S3_SECRET_ACCESS_KEY: 's' },
  };
  expect(filesConfig(bucket).store).toMatchObject({ endpoint: 'https://s3.example', region: 'us-east-1' });
  for (const name of Object.keys(bucket).slice(1)) expect(() => filesConfig({ ...bucket, [name]: '' })).toThrow(name);
  expect(() => filesConfig({ ...bucket, GUANJIA_S3_ENDPOINT: 'http://s3.example' })).toThrow('https://');
});

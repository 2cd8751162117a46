import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { attachFiles, requireFiles } from '../../../api/resources/files';
import { StoreAwayError, type FileStore } from '../../../api/files/file-store';
import { s3Store } from '../../../api/files/s3';
import { folderStore } from '../../../api/files/store';
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
  const caller = (id: string): Principal => ({
    ...{ id, kind: 'staff', role: 'engineering', department: null, projects: [LAKE, HILL], keyId: 'k' },
  });
  const { body } = await send('engineering', PICTURE);
  const id = String(body.id);
  const ask = (change: object = {}) =>
    requireFiles(office.deps, {
      ...{ ids: [id], project: LAKE, caseNo: 'C-0000-0001', principal: caller('s-engineering') },
      ...change,
    });
  await ask();
  await expect(ask({ project: HILL })).rejects.toMatchObject({ code: 'file-unknown', args: { file: id } });
  await expect(ask({ principal: caller('s-both') })).rejects.toMatchObject({ code: 'file-unknown' });
  await expect(ask({ ids: [id, 'f-0'] })).rejects.toMatchObject({ code: 'file-unknown', args: { file: 'f-0' } });
  const { db } = office.deps.database;
  await attachFiles(db, { ids: [id], caseNo: 'C-0000-0001', at: office.now });
  await attachFiles(db, { ids: [id], caseNo: 'C-0000-0002', at: office.now });
  await ask({ principal: caller('s-both') });
  await expect(ask({ caseNo: 'C-0000-0002' })).rejects.toMatchObject({ code: 'file-unknown' });
});

test('nobody keeps more than a hundred that no command has named', async () => {
  for (let index = 0; index < 100; index += 1) expect((await send('security', PICTURE)).status).toBe(201);
  expect(code(await send('security', PICTURE))).toEqual([409, 'too-many-files']);
});

test('with a resident go the photos that he sent', async () => {
  const { body } = await send('resident', PICTURE);
  expect((await show('resident', body.id)).status).toBe(200);
  const { db } = office.deps.database;
  const erased = await office.call('manager', 'POST', '/api/v1/residents/r-1/erase', { reason: 'requested' });
  expect(erased.status).toBe(200);
  const row = await db.selectFrom('file').selectAll().where('id', '=', String(body.id)).executeTakeFirstOrThrow();
  expect([row.sha256, row.erased_at === null]).toEqual(['', false]);
  const keys = await db.selectFrom('vault_key').selectAll().where('subject_id', '=', String(body.id)).execute();
  expect(keys).toEqual([]);
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
    store: { folder: join(process.cwd(), '.guanjia/files') },
  });
  expect(filesConfig({ GUANJIA_HOME: '/srv/g', GUANJIA_FILES_MAX_BYTES: '1000' })).toEqual({
    maxBytes: 1000,
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

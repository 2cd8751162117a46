import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installedFolder } from '../../../common/policy/load';
import { listAudit } from '../../../db/queries/audit';
import { startOffice, type Json, type Office } from './support';

let office: Office;
beforeAll(async () => {
  office = await startOffice();
});
afterAll(() => office.stop());

const YAML = readFileSync(join(installedFolder('policies'), 'complaint.yaml'), 'utf8');
const publish = (yaml: string, query = '', family = 'complaint') =>
  office.call('manager', 'POST', `/api/v1/policies/${family}/versions${query}`, { yaml });
const get = (path: string) => office.call('engineering', 'GET', `/api/v1/policies${path}`);
const versions = ({ body }: { body: Json }) => (body.versions as Json[]).map(({ version }) => version);

test('what comes with the program is version 1', async () => {
  expect((await get('')).body).toMatchObject({
    total: 5,
    items: ['complaint', 'consultation', 'dispute', 'repair', 'standard-revision'].map((family) => ({
      family,
      version: 1,
      publishedBy: 'system',
    })),
  });
  const { body } = await get('/complaint');
  expect(body).toMatchObject({ version: 1, yaml: YAML, document: { id: 'complaint', version: 1 } });
});

test('a new version is tried, published once, and in force here at once', async () => {
  const changed = `# 更正\n${YAML}`;
  expect((await office.deps.directory.currentPolicy('complaint'))?.version).toBe(1);
  expect(await publish(changed, '?dryRun=true')).toMatchObject({ status: 200, body: { version: 2, published: false } });
  expect((await get('/complaint')).body.version).toBe(1);
  const [one, other] = await Promise.all([publish(changed), publish(changed)]);
  expect([one.status, other.status].sort()).toEqual([200, 201]);
  const made = one.status === 201 ? one : other;
  expect(made.body).toEqual({ family: 'complaint', version: 2, published: true });
  expect(made.headers.get('location')).toBe('/api/v1/policies/complaint/versions/2');
  expect(await publish(changed)).toMatchObject({ status: 200, body: { version: 2, published: false } });
  expect((await office.deps.directory.currentPolicy('complaint'))?.version).toBe(2);
  const now = await get('/complaint');
  expect(now.body).toMatchObject({ version: 2, yaml: changed, publishedBy: 's-manager' });
  expect(versions(now)).toEqual([2, 1]);
  expect((await get('/complaint/versions/1')).body).toMatchObject({ version: 1, yaml: YAML });
  const entries = await listAudit(office.deps.database.db, { projects: '*', subject: 'policy/complaint', limit: 5 });
  expect(entries).toMatchObject([{ action: 'policy.publish', actor: 's-manager', details: { version: 2 } }]);
});

test('every mistake is named with its line, path and what was expected', async () => {
  const wrong = YAML.replace(/limit: 15m/, 'limit: soon').replace('policy: complaint', 'policy: complaint\nunknown: 1');
  expect(wrong).not.toBe(YAML);
  const { status, body } = await publish(wrong);
  expect([status, body.code]).toEqual([422, 'policy-invalid']);
  const line = wrong.split('\n').findIndex((text) => text.includes('limit: soon')) + 1;
  expect(body.errors).toEqual(
    expect.arrayContaining([
      {
        pointer: '/yaml',
        code: expect.any(String),
        expected: expect.any(String),
        args: { line, column: expect.any(Number), path: expect.stringContaining('limit'), message: expect.any(String) },
      },
      expect.objectContaining({ code: 'unknown-key', args: expect.objectContaining({ path: 'unknown' }) }),
    ]),
  );
});

test.each([
  ['another family’s address', YAML, 'repair', 422, 'policy-invalid'],
  ['no policy', 'hello: world', 'complaint', 422, 'policy-invalid'],
  ['no YAML', '\t- :\n  - {', 'complaint', 422, 'policy-invalid'],
  ['more than a policy', `${YAML}${'# \n'.repeat(40_000)}`, 'complaint', 422, 'policy-invalid'],
  ['more than a request', 'x'.repeat(1_100_000), 'complaint', 413, 'body-too-large'],
  ['nothing', '', 'complaint', 400, 'invalid-request'],
])('%s is refused', async (_what, yaml, family, status, code) => {
  expect(await publish(yaml, '', family)).toMatchObject({ status, body: { code } });
});

test.each(['/gardening', '/gardening/versions/1', '/complaint/versions/99'])('%s is not there', async (path) => {
  expect(await get(path)).toMatchObject({ status: 404, body: { code: 'unknown-policy' } });
});

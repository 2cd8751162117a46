import { sql } from 'kysely';
import { newApiKey } from '../../../common/crypto/api-key';
import { insertKey, revokeKey } from '../../../db/queries/keys';
import { SECOND } from '../../../domain/instant';
import { HILL, LAKE } from './company';
import { EventReader } from './sse';
import { StreamTools } from './stream-tools';
import { MONDAY, startOffice, until, type Office } from './support';

let office: Office;
let tools: StreamTools;
beforeAll(async () => {
  office = await startOffice({ beatMs: 200, recheckMs: 200, flushMs: 50, pollMs: 300 });
  tools = new StreamTools(office);
});
afterEach(() => tools.closeAll());
afterAll(() => office.stop());

describe('who may listen', () => {
  async function key(projects: string[]) {
    const { id, plain, hash } = newApiKey();
    const nobody = { staff: null, resident: null, household: null, expiresAt: null };
    const about = { label: 'machine', role: 'engineering' as const, createdAt: MONDAY, createdBy: 'test', projects };
    await insertKey(office.deps.database.db, { id, hash, ...about, ...nobody });
    return { id, key: plain };
  }

  test('a revoked key is told bye', async () => {
    const { id, key: plain } = await key([LAKE]);
    const reader = await tools.listen({ key: plain });
    await revokeKey(office.deps.database.db, id, office.now);
    office.now += 3 * SECOND;
    expect((await reader.next('bye')).data).toEqual({ reason: 'revoked' });
    await until(() => reader.ended);
    const again = await EventReader.open(office.url, plain);
    expect(again.status).toBe(401);
  });

  test('rights that were taken count for the next message', async () => {
    const { id, key: plain } = await key([LAKE, HILL]);
    const reader = await tools.listen({ key: plain });
    await tools.change({ no: 'C-BOTH', project: HILL });
    await until(() => reader.cases().length === 1);
    await sql`update api_key set projects = array[${LAKE}] where id = ${id}`.execute(office.deps.database.db);
    office.now += 3 * SECOND;
    await new Promise((resolve) => setTimeout(resolve, 500));
    await tools.change({ no: 'C-HILL-2', project: HILL }, { no: 'C-LAKE-2' });
    await until(() => reader.cases().includes('C-LAKE-2'));
    expect(reader.cases()).toEqual(['C-BOTH', 'C-LAKE-2']);
  });

  test('not more than twenty at once with one key', async () => {
    const { key: plain } = await key([LAKE]);
    await Promise.all(Array.from({ length: 20 }, () => tools.listen({ key: plain })));
    const one = await tools.listen({ key: plain });
    expect(one.status).toBe(429);
    expect(one.response.headers['retry-after']).toBe('30');
  });
});

describe('a database that goes away', () => {
  test('and comes back: the stream goes on without a gap', async () => {
    const reader = await tools.listen('engineering');
    await tools.change({ no: 'C-BEFORE' });
    await until(() => reader.cases().length === 1);
    await office.database('away');
    try {
      await until(() => office.logs.some((line) => line.includes('the change feed cannot be read')));
      office.now += 30 * SECOND;
      await until(() => reader.of('beat').some(({ data }) => Number(data.lagMs) >= 30_000));
      const late = await tools.listen('engineering');
      expect([200, 503]).toContain(late.status);
    } finally {
      await office.database('back');
    }
    await tools.change({ no: 'C-AFTER' });
    await until(() => reader.cases().length === 2);
    expect(reader.cases()).toEqual(['C-BEFORE', 'C-AFTER']);
    expect(reader.of('resync')).toEqual([]);
    expect(reader.ended).toBe(false);
    expect(office.logs.filter((line) => line.includes('the change feed'))).toHaveLength(2);
  });

  test('and is set back: everybody reads anew', async () => {
    const { db } = office.deps.database;
    const reader = await tools.listen('engineering');
    await tools.change({ no: 'C-KEPT' }, { no: 'C-LOST' });
    await until(() => reader.cases().length === 2);
    const lost = reader.lastId;
    const failures = () => office.logs.filter((line) => line.includes('the change feed cannot be read')).length;
    const before = failures();
    await sql`alter table change_feed rename to elsewhere`.execute(db);
    await until(() => failures() > before);
    await sql`delete from elsewhere where case_no = 'C-LOST'`.execute(db);
    await sql`alter table elsewhere rename to change_feed`.execute(db);
    expect((await reader.next('resync')).data).toEqual({ reason: 'database-changed' });
    expect(reader.lastId).not.toBe(lost);
    await tools.change({ no: 'C-GOES-ON' });
    await until(() => reader.cases().includes('C-GOES-ON'));
  });
});

import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import { NativeConnection } from '@temporalio/worker';
import { sql } from 'kysely';
import { createAuditorActivities, type AuditorDeps } from '../../activities/auditor';
import { createMetrics } from '../../common/metrics';
import { writeBatch } from '../../db/queries/journal';
import { openFindings } from '../../db/queries/findings';
import { makeBundle } from '../../worker/bundle';
import { replayCase } from '../../worker/replay';
import { createWorker } from '../../worker/worker';
import { auditorWorkflow } from '../../workflows/auditor';
import type { AuditReport } from '../../workflows/contracts/auditor';
import { clearCase, contentOf } from '../db/content';
import { sealer, silent } from '../db/open';
import { PlayedCase } from '../db/played-case';
import { BODY, MANAGER, POLICY, ROUTINE, text } from '../domain/support';
import type { TestCase } from './support/case';
import { dataConverter } from './support/converter';
import { Live } from './support/live';
import { settled } from './support/sound';
import { until } from './support/until';

/** The auditor against a real server and a real database, in which something went wrong. */

/** Everything here happens at once, so the clock by which it is long ago runs ahead. */
const AHEAD = 60_000;
const CLEAN: AuditReport = { compared: 0, next: '', repaired: 0, missing: 0, orphaned: 0, failed: 0 };
/** A round that is over when it has asked one case. */
const AT_MOST_ONE = { within: 0, rest: 0 };
const TABLES = ['journal', 'obligation', 'obligation_fact', 'case_fact', 'segment_fact', 'attempt_fact', 'timer_fact'];

const metrics = createMetrics();
let live: Live;
let bundle: Awaited<ReturnType<typeof makeBundle>>;

beforeAll(async () => {
  [live, bundle] = [await Live.open(), await makeBundle()];
});
const cases: TestCase[] = [];
afterEach(async () => {
  for (const played of cases.splice(0)) await played.drop();
  await sql`truncate "case", journal, command_receipt, projection_finding, change_feed cascade`.execute(
    live.database.db,
  );
  for (const table of TABLES.slice(1)) await sql`truncate ${sql.table(table)} cascade`.execute(live.database.db);
});
afterAll(() => live.close());

async function aCase(): Promise<TestCase> {
  const played = await live.start(ROUTINE);
  cases.push(played);
  await played.do('acknowledge', BODY.acknowledge);
  await played.do('note', { text: text(`note of ${played.no}`) });
  await settled(played, live.journal);
  return played;
}

function depsOf(changed: Partial<AuditorDeps>): AuditorDeps {
  const { client, database } = live;
  return {
    database,
    client,
    sealer,
    metrics,
    logger: silent,
    clock: { now: () => Date.now() + AHEAD },
    replay: (no) => replayCase({ client, dataConverter, bundle }, no),
    settleMs: 100,
    pace: { within: 60_000, rest: 0 },
    ...changed,
  };
}

async function audit(changed: Partial<AuditorDeps> = {}, from?: string): Promise<AuditReport> {
  const activities = createAuditorActivities(depsOf(changed));
  return live.call(() => new MockActivityEnvironment().run(activities.audit, from));
}

function content(played: TestCase) {
  return contentOf(live.database.db, played.no);
}

/** Spoils what is stored of a case; the auditor must find it, and make it as it was. */
async function foundAndMended(spoil: (no: string) => Promise<unknown>): Promise<AuditReport> {
  const played = await aCase();
  const other = await aCase();
  const [before, otherBefore] = [await content(played), await content(other)];
  await spoil(played.no);
  expect(await content(played)).not.toEqual(before);

  const report = await audit();

  expect(await content(played)).toEqual(before);
  expect(await content(other)).toEqual(otherBefore);
  expect(await openFindings(live.database.db, 10)).toEqual([]);
  expect(await audit()).toEqual({ ...CLEAN, compared: 2 });
  // What is written next goes on where the history is.
  expect((await played.do('note', { text: text('after') })).projection).toBe('written');
  return report;
}

async function kinds(): Promise<string[]> {
  const { rows } = await sql<{ kind: string }>`select kind from projection_finding`.execute(live.database.db);
  return rows.map(({ kind }) => kind);
}

test('what is as it should be is left alone', async () => {
  await aCase();

  expect(await audit()).toEqual({ ...CLEAN, compared: 1 });
  expect(await kinds()).toEqual([]);
});

test('a changed row', async () => {
  const report = await foundAndMended((no) =>
    sql`update "case" set stage = 'closed', snapshot = jsonb_set(snapshot, '{state,stage}', '"closed"') where no = ${no}`.execute(
      live.database.db,
    ),
  );
  expect(report).toEqual({ ...CLEAN, compared: 2, repaired: 1 });
  expect(await kinds()).toEqual(['differs']);
});

test('events missing from the journal, the row being right', async () => {
  const report = await foundAndMended((no) =>
    sql`delete from journal where case_no = ${no} and seq between 3 and 5`.execute(live.database.db),
  );
  expect(report).toEqual({ ...CLEAN, compared: 2, repaired: 1 });
});

test('a row that ended, of a case that runs', async () => {
  const report = await foundAndMended((no) =>
    sql`update "case" set ended = true where no = ${no}`.execute(live.database.db),
  );
  expect(report).toMatchObject({ repaired: 1, orphaned: 0 });
});

test.each([
  ['a column of the row, its snapshot being right', 'update "case" set stage = \'closed\' where no = $1'],
  ['the clock of an obligation', "update obligation set due_at = '2020-01-01' where case_no = $1"],
  ['a missing obligation', 'delete from obligation where case_no = $1'],
  ['an obligation too many', "update obligation set id = 'x' || id where case_no = $1"],
  ['the fact of an obligation', 'update obligation_fact set max_rung = 9 where case_no = $1'],
  ['the fact of the case', 'delete from case_fact where case_no = $1'],
  ['the row alone being gone', 'delete from "case" where no = $1'],
])('%s', async (_what, statement) => {
  const { missing, repaired, orphaned, failed } = await foundAndMended((no) =>
    live.database.pool.query(statement, [no]),
  );
  expect({ found: missing + repaired, orphaned, failed }).toEqual({ found: 1, orphaned: 0, failed: 0 });
});

test('a row that was mended already is mended again', async () => {
  const spoil = (no: string) => sql`update "case" set stage = 'closed' where no = ${no}`.execute(live.database.db);
  const played = await aCase();
  const before = await content(played);
  for (let time = 1; time <= 2; time += 1) {
    await spoil(played.no);
    expect(await audit()).toEqual({ ...CLEAN, compared: 1, repaired: 1 });
    expect(await content(played)).toEqual(before);
  }
  expect((await metrics.render()).body).toContain('guanjia_audit_differences{kind="repaired"} 1');
  expect(await audit()).toEqual({ ...CLEAN, compared: 1 });
  expect((await metrics.render()).body).toContain('guanjia_audit_differences{kind="repaired"} 0');
});

test('a row that is ahead of its workflow, which will never come to that', async () => {
  const report = await foundAndMended(async (no) => {
    const last = live.batches.filter((batch) => batch.no === no).at(-1);
    const event = last?.events.at(-1);
    if (!last || !event) throw new Error('nothing was written');
    const seq = last.snapshot.state.seq + 1;
    const snapshot = { ...last.snapshot, state: { ...last.snapshot.state, seq } };
    const fence = last.fence + AHEAD;
    await writeBatch(
      live.database,
      { ...last, fence, events: [{ ...event, seq }], snapshot, receipts: [] },
      { sealer },
    );
  });
  expect(report).toEqual({ ...CLEAN, compared: 2, repaired: 1 });
});

test('an open row whose workflow has come to its end', async () => {
  const reopen = { ...POLICY.reopen, within: 1 };
  const played = await live.start({ ...ROUTINE, policy: { ...POLICY, reopen } });
  await played.do('withdraw', { reason: text('by mistake') }, { by: MANAGER });
  await until('it has ended', async () => (await played.status()) === 'COMPLETED');
  const first = live.batches.find(({ no }) => no === played.no);
  if (!first) throw new Error('nothing was written');
  const before = await content(played);
  await clearCase(live.database.db, played.no);
  await writeBatch(live.database, first, { sealer });

  expect(await audit()).toEqual({ ...CLEAN, compared: 1, repaired: 1 });

  expect(await content(played)).toEqual(before);
  expect(await audit()).toEqual(CLEAN);
});

test('an open row whose workflow was ended from outside is counted and stays', async () => {
  const played = await aCase();
  const before = await content(played);
  await played.drop();

  await until('the list knows', async () => (await audit()).orphaned === 1);

  expect(await openFindings(live.database.db, 10)).toMatchObject([{ caseNo: played.no, kind: 'orphaned' }]);
  expect(await content(played)).toEqual(before);
});

test('a row that lags behind', async () => {
  const report = await foundAndMended(async (no) => {
    const batches = live.batches.filter((batch) => batch.no === no);
    const [first, last] = [batches[0], batches.at(-1)];
    if (!first || !last) throw new Error('nothing was written');
    await writeBatch(live.database, { ...first, fence: last.fence + 1 }, { sealer });
  });
  expect(report).toEqual({ ...CLEAN, compared: 2, repaired: 1 });
  expect(await kinds()).toEqual(['lagging']);
});

test('a case of which nothing is stored', async () => {
  const report = await foundAndMended(async (no) => {
    for (const table of TABLES)
      await sql`delete from ${sql.table(table)} where case_no = ${no}`.execute(live.database.db);
    await sql`delete from command_receipt where case_no = ${no}`.execute(live.database.db);
    await sql`delete from "case" where no = ${no}`.execute(live.database.db);
  });
  expect(report).toEqual({ ...CLEAN, compared: 1, missing: 1 });
  expect(await kinds()).toEqual(['missing']);
});

test('a row whose workflow is gone is counted and stays', async () => {
  const played = await aCase();
  const { batch } = PlayedCase.open({ no: 'C-GONE-0001' });
  await writeBatch(live.database, batch, { sealer });

  expect(await audit()).toEqual({ ...CLEAN, compared: 2, orphaned: 1 });

  expect(await openFindings(live.database.db, 10)).toMatchObject([{ caseNo: 'C-GONE-0001', kind: 'orphaned' }]);
  expect((await metrics.render()).body).toContain('guanjia_audit_differences{kind="orphaned"} 1');
  expect(await audit()).toMatchObject({ orphaned: 1 });
  expect(await kinds()).toEqual(['orphaned']);
  expect(played.no).not.toBe('C-GONE-0001');
});

test('a case whose first run the server does not have any more is mended from what is left', async () => {
  const played = await live.start({ ...ROUTINE, rollOverAt: 30 });
  cases.push(played);
  while ((await played.runs()).length < 3) await played.do('note', { text: text('filler') });
  const events = await settled(played, live.journal);
  const before = await content(played);
  const first = (await played.runs()).at(-1);
  await sql`delete from journal where case_no = ${played.no} and seq > ${events.length - 3}`.execute(live.database.db);
  const client = withHandles(live.client, (no, runId) =>
    live.client.workflow.getHandle(no, runId === first ? randomUUID() : runId),
  );

  const replay = (no: string) => replayCase({ client, dataConverter, bundle }, no);
  expect(await audit({ replay })).toEqual({ ...CLEAN, compared: 1, repaired: 1 });

  expect(await content(played)).toEqual(before);
});

test('a case that is being written at this moment is not reported', async () => {
  const played = await aCase();
  let commands = 0;
  const client = afterwards(live.client, async () => {
    commands += 1;
    await played.do('note', { text: text('between the two looks') });
  });

  expect(await audit({ client })).toEqual({ ...CLEAN, compared: 1 });

  expect(commands).toBeGreaterThan(0);
  expect(await kinds()).toEqual([]);
});

test('one case that can not be asked or mended does not keep the others from being mended', async () => {
  const [bad, good] = [await aCase(), await aCase()];
  for (const { no } of [bad, good]) {
    await sql`update "case" set snapshot = jsonb_set(snapshot, '{state,stage}', '"closed"') where no = ${no}`.execute(
      live.database.db,
    );
  }
  const replay = (no: string) => {
    if (no === bad.no) throw new Error('this history does not replay');
    return replayCase({ client: live.client, dataConverter, bundle }, no);
  };

  expect(await audit({ replay })).toEqual({ ...CLEAN, compared: 2, repaired: 1, failed: 1 });

  expect(await openFindings(live.database.db, 10)).toMatchObject([{ caseNo: bad.no }]);
});

test('what a round has no time to ask, the next one does; what has no row is seen in each', async () => {
  const nos = (await Promise.all([aCase(), aCase(), aCase()])).map(({ no }) => no).sort();
  const spoilt = sql`update "case" set snapshot = jsonb_set(snapshot, '{state,stage}', '"closed"') where no = ${nos[1]}`;
  await spoilt.execute(live.database.db);
  await clearCase(live.database.db, nos[2] ?? '');
  const short = (from?: string) => audit({ pace: AT_MOST_ONE }, from);

  expect(await short()).toEqual({ ...CLEAN, compared: 1, next: nos[0], missing: 1 });
  expect(await short(nos[0])).toEqual({ ...CLEAN, compared: 1, next: nos[1], repaired: 1 });
  expect(await short(nos[1])).toEqual({ ...CLEAN, compared: 1, next: '' });
});

test('a round begins where the one before stopped', async () => {
  const nos = (await Promise.all([aCase(), aCase()])).map(({ no }) => no).sort();
  const connection = await NativeConnection.connect({ address: live.server.address });
  const taskQueue = 'audits';
  const activities = createAuditorActivities(depsOf({ pace: AT_MOST_ONE }));
  const worker = await createWorker({ connection, namespace: 'default', taskQueue, dataConverter, bundle, activities });
  const { workflow } = live.client;
  const round = async (count: number): Promise<AuditReport> => {
    const report = await workflow.execute(auditorWorkflow, { taskQueue, workflowId: `audit-${count}` });
    const ended = `WorkflowType = 'auditorWorkflow' AND ExecutionStatus = 'Completed'`;
    await until('it is listed', async () => (await workflow.count(ended)).count === count);
    return report;
  };
  try {
    const reports = await worker.runUntil(async () => [await round(1), await round(2), await round(3)]);
    expect(reports.map(({ next }) => next)).toEqual([nos[0], '', nos[0]]);
    expect(await audit()).toEqual({ ...CLEAN, compared: 1 });
    const unreadable = withHandles(live.client, (no) => ({
      ...workflow.getHandle(no),
      result: () => Promise.reject(new Error('its key is gone')),
    }));
    expect(await audit({ client: unreadable })).toEqual({ ...CLEAN, compared: 2 });
  } finally {
    await connection.close();
  }
});

type GetHandle = Client['workflow']['getHandle'];

/** The same client with other handles. */
function withHandles(client: Client, getHandle: GetHandle): Client {
  const workflow = Object.create(client.workflow, { getHandle: { value: getHandle } }) as Client['workflow'];
  return Object.create(client, { workflow: { value: workflow } }) as Client;
}

/** Something happens before each of its queries. */
function afterwards(client: Client, happens: () => Promise<void>): Client {
  return withHandles(client, (no: string) => {
    const handle = client.workflow.getHandle(no);
    const executeUpdate = async (...asked: Parameters<typeof handle.executeUpdate>) => {
      await happens();
      return handle.executeUpdate(...asked);
    };
    return { ...handle, executeUpdate } as typeof handle;
  });
}

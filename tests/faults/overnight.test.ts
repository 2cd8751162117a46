import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { createDatabase, type DatabaseHandle } from '../../db/database';
import { migrateToLatest } from '../../db/migrate';
import { journalPage } from '../../db/queries/journal-read';
import { MINUTE, SECOND } from '../../domain/instant';
import type { ComplaintPolicy } from '../../domain/complaint/policy';
import { connectTemporal, type TemporalClient } from '../../common/temporal';
import type { Child } from '../../stack/child';
import { prepareHome } from '../../stack/home';
import { freePort } from '../../stack/ports';
import { initialisePostgres, postgresService, postgresUrl } from '../../stack/postgres';
import { silent } from '../db/open';
import { openingOf, POLICY, ROUTINE } from '../domain/support';
import { devServer, testFolder, type DevServer } from '../support/servers';
import { TestCase } from '../workflows/support/case';
import { dataConverter } from '../workflows/support/converter';
import { about, allTold, expectSound, settled, timeline, type JournalOf } from '../workflows/support/sound';
import { until } from '../workflows/support/until';
import { killWorkers, WorkerProcess } from './worker-process';

jest.setTimeout(120_000);

/** `kill -9` of everything before something is due, and a start after it. The clocks are those of a day, in seconds. */

const DUE = 6 * SECOND;
const QUEUE = 'overnight';

const { default: ladder } = POLICY.ladders;
const rule = POLICY.clocks.routine.acknowledge;
if (!ladder || !rule) throw new Error('the policy has no such ladder or clock');
const acknowledge = { ...rule, limit: DUE, warn: [0.3, 0.9] };
const policy: ComplaintPolicy = {
  ...POLICY,
  clocks: {
    ...POLICY.clocks,
    routine: { acknowledge },
  },
  ladders: { ...POLICY.ladders, default: { ...ladder, gap: SECOND, acknowledgeWithin: 2 * SECOND } },
};

const folder = testFolder();
const postgres = { home: prepareHome(folder), port: 0, password: randomBytes(12).toString('hex'), database: 'guanjia' };
let temporal: DevServer;
let database: DatabaseHandle;
let child: Child;
let client: TemporalClient;

beforeAll(async () => {
  const options = { ...postgres, port: await freePort(), durable: false, ownGroup: false };
  Object.assign(postgres, options);
  await initialisePostgres(options);
  [temporal] = await Promise.all([devServer({ dbFile: path.join(folder, 'temporal.db') }), startPostgres()]);
  database = createDatabase(postgresUrl(postgres), { logger: silent });
  await migrateToLatest(database.db);
  client = await connectTemporal({ address: temporal.address, namespace: 'default' }, dataConverter);
});
afterAll(async () => {
  await killWorkers();
  await client.close();
  await database.close();
  await temporal.kill9();
  await stopPostgres();
});

async function startPostgres(): Promise<void> {
  child = await postgresService(postgres).start(() => undefined);
}

async function stopPostgres(): Promise<void> {
  child.kill();
  await child.exited;
}

function startWorker(): Promise<WorkerProcess> {
  return WorkerProcess.start({ address: temporal.address, databaseUrl: postgresUrl(postgres), taskQueue: QUEUE });
}

const journal: JournalOf = { events: (no) => journalPage(database.db, no, { after: 0, limit: 1_000 }) };

test('what was due meanwhile is missed once, with its true lateness, and the ladder goes on', async () => {
  const worker = await startWorker();
  const opening = openingOf({ ...ROUTINE, policy, at: Date.now(), no: 'C-NIGHT-1' });
  const args = [{ startKey: 'start', bodyHash: 'body', opening }];
  await client.client.workflow.start('complaintWorkflow', { taskQueue: QUEUE, workflowId: opening.no, args });
  const played = new TestCase(
    (work) => client.connection.withDeadline(Date.now() + 10_000, work),
    client.client,
    opening,
  );
  const dueAt = opening.receivedAt + DUE;
  await until('the evening: its first warning is sent', async () => {
    const events = await journal.events(played.no);
    return events.some(({ type }) => type === 'obligation-warned') && allTold(events);
  });
  // The rows are there before Temporal has taken the task that wrote them; it has when the case answers.
  await settled(played, journal);

  await Promise.all([worker.kill9(), temporal.kill9(), stopPostgres()]);
  expect(Date.now()).toBeLessThan(dueAt);
  await until('the night is over', () => Date.now() > dueAt + SECOND);
  const startedAt = Date.now();
  await Promise.all([temporal.restart(), startPostgres()]);
  await startWorker();
  await until('the ladder went on', async () =>
    (await journal.events(played.no)).some((event) => event.type === 'escalated' && event.data.rung > 0),
  );
  await played.do('acknowledge', { note: null });

  const { events } = await expectSound(played, journal, { late: MINUTE });
  const missed = events.filter(({ type }) => type === 'obligation-missed');
  expect(missed).toMatchObject([{ data: { obligation: 'acknowledge', dueAt, again: false } }]);
  const at = missed[0]?.at ?? 0;
  expect(at).toBeGreaterThan(startedAt);
  expect(missed[0]?.via).toMatchObject({ kind: 'timer', plannedAt: dueAt });
  expect(
    about(timeline(events, opening.receivedAt), 'acknowledge').map((line) => line.split(' ').slice(1).join(' ')),
  ).toEqual([
    'warned acknowledge 0.3',
    'warned acknowledge 0.9',
    'missed acknowledge',
    'acknowledge to department_head, missed',
    'acknowledge to senior_cs_supervisor, time',
  ]);
  // The read model knows how late the engine was, and nobody was told twice, or of a warning that came too late.
  const { rows: facts } = await database.pool.query<{ late: number }>(
    `select extract(epoch from fired_at - planned_at) * 1000 as late from timer_fact
      where case_no = $1 and purpose = 'miss'`,
    [played.no],
  );
  expect(facts.map(({ late }) => Number(late))).toEqual([at - dueAt]);
  const { rows: notices } = await database.pool.query<{ key: string; template: string }>(
    'select key, template from notification where case_no = $1 and obligation is not null',
    [played.no],
  );
  expect(notices.map(({ template }) => template).sort()).toEqual([
    'escalated',
    'escalated',
    'obligation-missed',
    'obligation-warned',
  ]);
  expect(new Set(notices.map(({ key }) => key)).size).toBe(notices.length);
});

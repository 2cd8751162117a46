import { MockActivityEnvironment } from '@temporalio/testing';
import { NativeConnection } from '@temporalio/worker';
import { observed } from '../../activities/observed';
import { randomBytes } from 'node:crypto';
import { createEffectActivities } from '../../activities/effects';
import { createJournalActivities } from '../../activities/journal';
import { createNotifyActivities } from '../../activities/notify';
import { createDataConverter } from '../../common/crypto/codec';
import { observedSealer } from '../../common/crypto/observed-sealer';
import { createSealer } from '../../common/crypto/sealer';
import { createIds } from '../../common/ids';
import { createLogger } from '../../common/logger';
import { createMetrics, type Metrics } from '../../common/metrics';
import { makeBundle } from '../../worker/bundle';
import { requirePolling } from '../../worker/health';
import { createWorker } from '../../worker/worker';
import type { JournalBatch } from '../../workflows/contracts/journal';
import { keyringOf } from '../common/keys';
import { openTestDatabase, sealer, type OpenDatabase } from '../db/open';
import { wholeComplaint } from '../db/played-case';
import { devServer } from '../support/servers';
import { silence } from '../workflows/support/world';
import { until } from '../workflows/support/until';
import { parseExposition } from './support/exposition';

type Line = Readonly<Record<string, unknown>>;

beforeAll(silence);

describe('activities are seen', () => {
  let database: OpenDatabase;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.drop());

  function watched() {
    const lines: Line[] = [];
    const write = (line: string): void => void lines.push(JSON.parse(line) as Line);
    const logger = createLogger('info', { service: 'test' }, { destination: { write } });
    const metrics = createMetrics({ processMetrics: false });
    const time = { now: 0 };
    const deps = { database, sealer, clock: { now: () => time.now } };
    const activities = observed(
      {
        ...createJournalActivities(deps),
        ...createNotifyActivities(deps),
        ...createEffectActivities({ ...deps, ids: createIds(randomBytes(32)) }),
      },
      { metrics, logger, clock: deps.clock },
    );
    const asTried = (attempt: number, isLocal: boolean, batch: JournalBatch): Promise<void> =>
      new MockActivityEnvironment({ attempt, isLocal }).run(activities.writeJournal, batch);
    return { lines, metrics, time, asTried };
  }

  const shown = async (metrics: Metrics) => parseExposition((await metrics.render()).body);

  test('a burst of commands in one batch has a line for each request, what time brings about one without', async () => {
    const { lines, asTried } = watched();
    const [first, second] = wholeComplaint('C-SEEN-0001') as [JournalBatch, JournalBatch];
    let count = 0;
    const from = (requestId: string) =>
      second.receipts.map((receipt) => ({ ...receipt, id: `${receipt.id}-${(count += 1)}`, origin: { requestId } }));
    await asTried(1, true, { ...first, receipts: [] });
    const requests = ['r-one-0001', 'r-two-0001', 'r-two-0001'];
    await asTried(1, true, { ...second, receipts: requests.flatMap(from) });

    expect(lines.map(({ requestId, no, activity, msg }) => ({ requestId, no, activity, msg }))).toEqual(
      [undefined, 'r-one-0001', 'r-two-0001'].map((requestId) => ({
        ...{ requestId, no: 'C-SEEN-0001', activity: 'writeJournal', msg: 'activity done' },
      })),
    );
  });

  test('a batch that has to wait is counted until it is written, with its age; first tries are not', async () => {
    const { lines, metrics, time, asTried } = watched();
    const [first, second] = wholeComplaint('C-SEEN-0002') as [JournalBatch, JournalBatch];
    time.now = second.fence + 90_000;
    // It comes before the one that it follows.
    await expect(asTried(1, true, second)).rejects.toMatchObject({ name: 'JournalGapError' });
    expect((await shown(metrics)).sum('guanjia_projection_pending')).toBe(0);

    for (const attempt of [1, 2]) await expect(asTried(attempt, false, second)).rejects.toThrow();
    const waiting = await shown(metrics);
    expect(waiting.sum('guanjia_projection_pending')).toBe(1);
    expect(waiting.sum('guanjia_projection_oldest_seconds')).toBe(90);
    expect(waiting.sum('guanjia_projection_failures_total')).toBe(3);
    expect(waiting.sum('guanjia_activity_retries_total', { activity: 'writeJournal' })).toBe(1);
    expect(lines.at(-1)).toMatchObject({ msg: 'activity failed', attempt: 2, code: 'JournalGapError', level: 40 });

    await asTried(1, true, first);
    await asTried(3, false, second);
    const written = await shown(metrics);
    expect(written.sum('guanjia_projection_pending')).toBe(0);
    expect(written.sum('guanjia_projection_oldest_seconds')).toBe(0);
    expect(written.sum('guanjia_journal_write_seconds_count', { outcome: 'written' })).toBe(2);
  });

  test('one whose next try went to another worker is forgotten in time', async () => {
    const { metrics, time, asTried } = watched();
    const [, second] = wholeComplaint('C-SEEN-0003') as [JournalBatch, JournalBatch];
    await expect(asTried(1, false, second)).rejects.toThrow();
    time.now += 2 * 60_000;
    expect((await shown(metrics)).sum('guanjia_projection_pending')).toBe(1);
    time.now += 2 * 60_000;
    expect((await shown(metrics)).sum('guanjia_projection_pending')).toBe(0);
  });
});

test('what the vault cannot open is counted by its reason', async () => {
  const metrics = createMetrics({ processMetrics: false });
  const mine = observedSealer(createSealer(keyringOf('k1')), metrics);
  const foreign = createSealer(keyringOf('k2'));
  expect(mine.unseal(mine.seal('text', 'place'), 'place')).toBe('text');
  expect(() => mine.unseal(foreign.seal('text', 'place'), 'place')).toThrow();
  expect(() => mine.unseal(mine.seal('text', 'place'), 'elsewhere')).toThrow();
  expect(() => mine.decryptText(mine.newDataKey().plain, 'v1.AAAA', 'place')).toThrow();
  expect(() => mine.unwrap(foreign.newDataKey().wrapped)).toThrow();
  const { body } = await metrics.render();
  const seen = parseExposition(body);
  expect(seen.sum('guanjia_vault_failures_total', { reason: 'missing-key' })).toBe(2);
  expect(seen.sum('guanjia_vault_failures_total', { reason: 'unreadable' })).toBe(2);
});

test('a worker is ready while it polls: not before, and not once it is told to stop', async () => {
  const server = await devServer();
  const connection = await NativeConnection.connect({ address: server.address });
  const worker = await createWorker({
    ...{ connection, namespace: 'default', taskQueue: 'seen', bundle: await makeBundle() },
    ...{ dataConverter: createDataConverter(keyringOf('k1')), activities: { nothing: async () => undefined } },
  });
  await expect(requirePolling(worker)).rejects.toThrow('does not poll');
  const running = worker.run();
  await until('it polls', () =>
    requirePolling(worker).then(
      () => true,
      () => false,
    ),
  );
  worker.shutdown();
  await expect(requirePolling(worker)).rejects.toThrow('does not poll');
  await running;
  await connection.close();
  await server.stop();
});

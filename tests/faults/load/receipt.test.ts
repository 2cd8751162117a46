import { answeredBefore } from '../../../api/cases/receipt';
import { Reads } from '../../../api/reads';
import { systemClock } from '../../../common/clock';
import { findReceipt } from '../../../db/queries/cases';
import { SECOND } from '../../../domain/instant';
import { BODY, ROUTINE, text } from '../../domain/support';
import { Live } from '../../workflows/support/live';
import { settled } from '../../workflows/support/sound';
import { killWorkers, WorkerProcess } from '../worker-process';
import { persistently } from './persistently';

jest.setTimeout(120_000);

/** A receipt is in the database before Temporal has taken the task that wrote it. */

let live: Live;
beforeAll(async () => {
  live = await Live.open({ worker: false });
});
afterAll(async () => {
  await killWorkers();
  await live.close();
});

function aWorker(): Promise<WorkerProcess> {
  const { server, database, taskQueue } = live;
  return WorkerProcess.start({ address: server.address, databaseUrl: database.url, taskQueue });
}

test('what a worker wrote before it died is no answer until the workflow says so', async () => {
  const worker = await aWorker();
  const played = await live.start({ ...ROUTINE, workflowTaskTimeout: SECOND });
  await played.do('acknowledge', BODY.acknowledge, { id: 'a' });
  await settled(played, live.journal);
  worker.hold('after');
  const note = persistently(() => played.do('note', { text: text('n') }, { id: 'n', bodyHash: 'n' }));
  await worker.held();
  await worker.kill9();

  const asked = { no: played.no, key: 'n' };
  expect(await findReceipt(live.database.db, asked.no, asked.key)).toMatchObject({ command: 'note' });
  const deps = { database: live.database, engine: live.engine, reads: new Reads(systemClock) };
  const answer = (key: string, requestHash: string) => answeredBefore(deps, played.no, { key, requestHash });
  // Nobody is there who could say whether it happened.
  await expect(answer('n', 'n')).rejects.toMatchObject({ code: 'engine-unavailable' });

  await aWorker();
  const { seq } = await note;
  expect((await answer('n', 'n'))?.state.seq).toBe(seq);
  expect(await answer('never', 'n')).toBeNull();
  await expect(answer('n', 'other')).rejects.toMatchObject({ code: 'idempotency-mismatch' });
});

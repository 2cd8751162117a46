import { notificationsOf } from '../../db/queries/notifications';
import type { JournalEvent } from '../../domain/event';
import { SECOND } from '../../domain/instant';
import { BODY, CLERK, ROUTINE, text, types } from '../domain/support';
import type { TestCase } from '../workflows/support/case';
import { count } from '../workflows/support/history';
import { Live } from '../workflows/support/live';
import { expectSound, settled } from '../workflows/support/sound';
import { until } from '../workflows/support/until';
import { killWorkers, WorkerProcess } from './worker-process';

jest.setTimeout(120_000);

/** A worker that dies or stands still inside a command, between its decision and the answer. */

let live: Live;
/** The one that has the cases; each test kills it and leaves another. */
let worker: WorkerProcess;
beforeAll(async () => {
  live = await Live.open({ worker: false });
  worker = await aWorker();
});
afterAll(async () => {
  await killWorkers();
  await live.close();
});

function aWorker(): Promise<WorkerProcess> {
  return WorkerProcess.start({
    address: live.server.address,
    databaseUrl: live.database.url,
    taskQueue: live.taskQueue,
  });
}

/** A case whose tasks are given to another worker after a second. */
async function aCase(): Promise<TestCase> {
  const played = await live.start({ ...ROUTINE, workflowTaskTimeout: SECOND });
  await played.do('acknowledge', BODY.acknowledge);
  await settled(played, live.journal);
  return played;
}

test.each(['before', 'after'] as const)('kill -9 just %s the write: the command is done once', async (where) => {
  const played = await aCase();
  worker.hold(where);
  const answer = played.do('note', { text: text('the one') }, { id: 'n' });
  expect(await worker.held()).toEqual(['noted']);

  await worker.kill9();
  worker = await aWorker();

  const { seq, projection } = await answer;
  expect(projection).toBe('written');
  expect(await played.do('note', { text: text('the one') }, { id: 'n' })).toEqual({ seq, projection });
  const { events } = await expectSound(played, live.journal);
  expect(events.filter(({ type }) => type === 'noted').map((event) => event.seq)).toEqual([seq]);
});

test.each(['before', 'after'] as const)(
  'a worker frozen just %s the write, another one that decides otherwise, and the first one waking up',
  async (where) => {
    const frozen = worker;
    const played = await aCase();
    const dueAt = Date.now() + 2 * SECOND;
    await played.do('promise', { text: text('soon'), dueAt });
    const before = (await settled(played, live.journal)).length;
    frozen.hold(where);
    const note = played.do('note', { text: text('the note') });
    expect(await frozen.held()).toEqual(['noted']);
    frozen.freeze();
    const stored = await live.journal.events(played.no);
    expect(types(stored.slice(before))).toEqual(where === 'after' ? ['noted'] : []);
    await until('the promise is broken', () => Date.now() > dueAt);
    const progress = played.do('progress', BODY.progress, { by: CLERK });

    worker = await aWorker();

    // What ran out in the meantime now comes first.
    const [noted] = await Promise.all([note, progress]);
    const events = await settled(played, live.journal);
    expect(types(events.slice(before))[0]).toBe('timer-fired');
    expect(noted.seq).toBeGreaterThan(before + 1);
    frozen.thaw();
    // It writes what it had decided, if it had not yet, and is turned away.
    await frozen.wrote(['noted']);
    expect(await live.journal.events(played.no)).toEqual(events);

    // Later commands may be its own again.
    for (let n = 0; n < 6; n += 1) {
      expect((await played.do('note', { text: text(`later ${n}`) })).projection).toBe('written');
    }
    const after = await expectSound(played, live.journal);
    expect(after.events.slice(0, events.length)).toEqual(events);
    expect(after.events.filter(({ type }) => type === 'noted')).toHaveLength(7);
    expect(count(after.history, 'WORKFLOW_TASK_TIMED_OUT')).toBeGreaterThan(0);
    await frozen.kill9();
  },
);

/** In the inboxes is what the journal asks for, and nothing else. */
async function expectMessages(no: string, events: readonly JournalEvent[]): Promise<void> {
  const sent = (await notificationsOf(live.database.db, no)).map(({ seq, template }) => `${seq} ${template}`);
  const asked = events.flatMap((event) =>
    event.type === 'notify-requested' ? [`${event.seq} ${event.data.template}`] : [],
  );
  expect([...new Set(sent)].sort()).toEqual(asked.sort());
}

/** Inboxes keep references to the vault only. */
const TEXT = text('00000000-0000-4000-8000-000000000001');

test.each(['before-message', 'after-message'] as const)(
  'the same with its messages (%s): those of the run that counts are in the inboxes, and no others',
  async (where) => {
    const frozen = await aWorker();
    await worker.kill9();
    worker = frozen;
    const played = await aCase();
    const dueAt = Date.now() + 2 * SECOND;
    await played.do('promise', { text: TEXT, dueAt });
    await settled(played, live.journal);
    frozen.hold(where);
    const other = played.do('promise', { text: TEXT, dueAt: dueAt + 600 * SECOND });
    const lost = await frozen.held();
    frozen.freeze();
    await until('the first promise is broken', () => Date.now() > dueAt);

    worker = await aWorker();

    await other;
    const events = await settled(played, live.journal);
    await expectMessages(played.no, events);
    frozen.thaw();
    await frozen.wrote(lost);
    await expectMessages(played.no, await settled(played, live.journal));
    await frozen.kill9();
  },
);

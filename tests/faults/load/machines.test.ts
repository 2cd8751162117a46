import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { MINUTE, SECOND } from '../../../domain/instant';
import type { JournalBatch } from '../../../workflows/contracts/journal';
import { BODY, ENGINEER, IMPORTANT, ROUTINE, text } from '../../domain/support';
import { TYPESCRIPT } from '../../support/program';
import { Live } from '../../workflows/support/live';
import { expectSound, settled } from '../../workflows/support/sound';
import { until } from '../../workflows/support/until';
import { killWorkers, WorkerProcess, type Machine } from '../worker-process';

jest.setTimeout(120_000);

/** Workers on machines whose zones or clocks are not those of the others. */

const run = promisify(execFile);
const ZONES = ['UTC', 'Asia/Shanghai', 'America/New_York'];

let live: Live;
beforeAll(async () => {
  live = await Live.open({ worker: false });
});
afterEach(killWorkers);
afterAll(() => live.close());

function aWorker(machine: Machine): Promise<WorkerProcess> {
  const { server, database, taskQueue } = live;
  return WorkerProcess.start({ address: server.address, databaseUrl: database.url, taskQueue }, machine);
}

/** The journal of a case as a machine in that zone replays it. */
async function replayedIn(zone: string, no: string): Promise<JournalBatch> {
  const program = path.join(__dirname, '..', 'fixtures', 'replaying.ts');
  const args = [...TYPESCRIPT, program, live.server.address, no];
  const { stdout } = await run(process.execPath, args, { env: { TZ: zone } });
  return JSON.parse(stdout) as JournalBatch;
}

test('one case, worked by three time zones in turn: its history says the same in each of them', async () => {
  const played = await live.start({ ...IMPORTANT, workflowTaskTimeout: SECOND });
  const now = played.opening.receivedAt;
  // Working hours, days without work and the daily update by 17:00 are counted in each.
  const deeds = [
    () => played.do('acknowledge', BODY.acknowledge),
    () => played.do('pause', BODY.pause(now + 50 * MINUTE)),
    () => played.do('survey', BODY.survey, { by: ENGINEER }),
  ];
  for (const [index, zone] of ZONES.entries()) {
    await killWorkers();
    await aWorker({ zone });
    await deeds[index]?.();
    await settled(played, live.journal);
  }
  const { events } = await expectSound(played, live.journal);
  expect(events.filter(({ type }) => type === 'due-moved').length).toBeGreaterThan(0);
  const [first, ...others] = await Promise.all(ZONES.map((zone) => replayedIn(zone, played.no)));
  expect(first?.events).toEqual(JSON.parse(JSON.stringify(events)));
  for (const other of others) expect(other).toEqual(first);
});

test('clocks five minutes fast and five minutes slow: nothing is early, late or turned away', async () => {
  const OFF = 5 * MINUTE;
  const machines = { fast: await aWorker({ fast: OFF }), slow: null as WorkerProcess | null };
  expect(machines.fast.clock - Date.now()).toBeGreaterThan(OFF - MINUTE);
  const played = await live.start({ ...ROUTINE, workflowTaskTimeout: SECOND });
  const dueAt = Date.now() + 3 * SECOND;
  await played.do('promise', { text: text('soon'), dueAt });
  expect((await played.do('acknowledge', BODY.acknowledge)).projection).toBe('written');
  await machines.fast.kill9();

  // Its batches come ten minutes before those that are written already, by its own clock.
  machines.slow = await aWorker({ fast: -OFF });
  expect(machines.slow.clock - Date.now()).toBeLessThan(-OFF + MINUTE);
  const note = await played.do('note', { text: text('later') });
  expect(note.projection).toBe('written');
  await until('the promise is broken', async () =>
    (await live.journal.events(played.no)).some(({ type }) => type === 'obligation-missed'),
  );
  const { events } = await expectSound(played, live.journal);
  const missed = events.find(({ type }) => type === 'obligation-missed');
  expect(missed?.via).toMatchObject({ kind: 'timer', plannedAt: dueAt });
  expect(missed?.at).toBeLessThan(dueAt + MINUTE);
  expect(events[note.seq - 1]?.type).toBe('noted');
});

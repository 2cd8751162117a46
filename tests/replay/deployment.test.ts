import { NativeConnection, type Worker } from '@temporalio/worker';
import { connectTemporal, withTimeout, type TemporalClient } from '../../common/temporal';
import { currentBuild, makeCurrent, makeRamping, makeUnversioned, type Deployments } from '../../worker/deployment';
import { makeBundle } from '../../worker/bundle';
import { createWorker } from '../../worker/worker';
import { patches } from '../../workflows/lib/patches';
import { BODY, openingOf, ROUTINE, text } from '../domain/support';
import { devServer, type DevServer } from '../support/servers';
import { TestCase } from '../workflows/support/case';
import { dataConverter } from '../workflows/support/converter';
import type { HistoryEvent } from '../workflows/support/history';
import { MemoryInbox, MemoryJournal } from '../workflows/support/memory';
import { expectSound, settled } from '../workflows/support/sound';
import { until } from '../workflows/support/until';
import { silence } from '../workflows/support/world';
import { formerRelease } from './release';

/** Workers of two releases side by side: which one a running case is with. */

jest.setTimeout(60_000);

const QUEUE = 'deployed';
const NAME = 'guanjia';
const DEADLINE = 25_000;
const OLD = { deploymentName: NAME, buildId: '0.1' };
const NEW = { deploymentName: NAME, buildId: '0.2' };

const journal = new MemoryJournal();
const inbox = new MemoryInbox();
const running: { readonly worker: Worker; readonly buildId?: string; readonly done: Promise<void> }[] = [];
let server: DevServer;
let temporal: TemporalClient;
let native: NativeConnection;
let at: Deployments;
let count = 0;

beforeAll(async () => {
  silence();
  server = await devServer();
  temporal = await connectTemporal({ address: server.address, namespace: 'default' }, dataConverter);
  native = await NativeConnection.connect({ address: server.address });
  at = { connection: temporal.connection, namespace: 'default' };
});
afterEach(() => (inbox.before = null));
afterAll(async () => {
  for (const { worker } of running) worker.shutdown();
  await Promise.all(running.map(({ done }) => done));
  await temporal.close();
  await native.close();
  await server.stop();
});

const call = <R>(work: () => Promise<R>): Promise<R> => withTimeout(temporal.connection, DEADLINE, work);

async function work(release: {
  readonly deployment?: typeof OLD;
  readonly bundle: { readonly code: string };
  readonly heldPatches?: readonly string[];
}): Promise<void> {
  const worker = await createWorker({
    ...{ connection: native, namespace: 'default', taskQueue: QUEUE, dataConverter },
    activities: { writeJournal: journal.writeJournal, notify: inbox.notify },
    ...release,
  });
  running.push({ worker, buildId: release.deployment?.buildId, done: worker.run() });
}

/** Its workers end. */
async function retire(buildId: string): Promise<void> {
  const index = running.findIndex((each) => each.buildId === buildId);
  const [retired] = running.splice(index, 1);
  retired?.worker.shutdown();
  await retired?.done;
}

async function aCase(): Promise<TestCase> {
  count += 1;
  const opening = openingOf({ ...ROUTINE, at: Date.now(), no: `C-DEPLOYED-${count}` });
  const args = [{ startKey: 'start', bodyHash: 'body', opening }];
  await call(() =>
    temporal.client.workflow.start('complaintWorkflow', { taskQueue: QUEUE, workflowId: opening.no, args }),
  );
  return new TestCase(call, temporal.client, opening);
}

/** The builds that have done the tasks of a case, one after the other. */
async function buildsOf(played: TestCase): Promise<string[]> {
  const of = ({ workflowTaskCompletedEventAttributes: done }: HistoryEvent): string[] =>
    done ? [done.deploymentVersion?.buildId ?? 'none'] : [];
  return (await played.history()).flatMap(of);
}

/** The server tells its parts of a new route one after the other: commands are given until one has gone that way. */
async function movesTo(played: TestCase, buildId: string): Promise<void> {
  await until(`${played.no} is with ${buildId}`, async () => {
    await played.do('note', { text: text('where are you') });
    return (await buildsOf(played)).at(-1) === buildId;
  });
}

test('nobody works before a build is current; then cases follow the current one, forth and back', async () => {
  expect(await currentBuild(at, NAME)).toBeNull();
  await work({ deployment: OLD, bundle: await formerRelease() });
  const played = await aCase();
  const answer = played.do('acknowledge', BODY.acknowledge, { id: 'a' });
  await makeRamping(at, OLD, 0, DEADLINE);
  expect(await buildsOf(played)).toEqual([]);
  await makeCurrent(at, OLD, DEADLINE);
  expect(await answer).toMatchObject({ projection: 'written' });
  expect(await currentBuild(at, NAME)).toBe('0.1');

  await work({ deployment: NEW, bundle: await makeBundle(), heldPatches: Object.values(patches) });
  await makeRamping(at, NEW, 0, DEADLINE);
  await played.do('note', { text: text('still the old one') });
  expect(new Set(await buildsOf(played))).toEqual(new Set(['0.1']));

  await makeCurrent(at, NEW, DEADLINE);
  await movesTo(played, '0.2');
  await makeCurrent(at, OLD, DEADLINE);
  await movesTo(played, '0.1');

  const { events, history } = await expectSound(played, journal);
  expect(events.filter(({ type }) => type === 'acknowledged')).toHaveLength(1);
  expect(history.filter((event) => event.workflowTaskFailedEventAttributes)).toEqual([]);
});

test('a release on the ramp gets its share, and gives it back', async () => {
  const played = await aCase();
  await makeRamping(at, NEW, 100, DEADLINE);
  await movesTo(played, '0.2');
  await makeRamping(at, NEW, 0, DEADLINE);
  await movesTo(played, '0.1');
  await expectSound(played, journal);
});

/** A case that is urgent by now, with an urgent message asked for while another can't be sent. */
async function whereTheWaysPart(): Promise<TestCase> {
  const played = await aCase();
  await settled(played, journal);
  inbox.before = () => {
    throw new Error('no line');
  };
  const tries = inbox.tries.length;
  await played.do('acknowledge', BODY.acknowledge);
  await until('it was tried', () => inbox.tries.length > tries);
  const graded = { subtype: 'power_cut', type: null, priority: null, departments: null };
  await played.do('reclassify', { ...graded, reason: text('all of it') });
  inbox.before = null;
  await settled(played, journal);
  return played;
}

/** Whether the case can't go back to code without the patch. */
async function isMarked(played: TestCase): Promise<boolean> {
  return (await played.history()).some((event) => event.markerRecordedEventAttributes?.markerName === 'core_patch');
}

test('a patch that is held is not used, so that the former release can take its cases back', async () => {
  await makeCurrent(at, NEW, DEADLINE);
  await movesTo(await aCase(), '0.2');
  const held = await whereTheWaysPart();
  expect(new Set(await buildsOf(held))).toEqual(new Set(['0.2']));
  expect(await isMarked(held)).toBe(false);
  await makeCurrent(at, OLD, DEADLINE);
  await movesTo(held, '0.1');

  const released = { ...NEW, buildId: '0.2-released' };
  await work({ deployment: released, bundle: await makeBundle() });
  await makeCurrent(at, released, DEADLINE);
  await movesTo(await aCase(), '0.2-released');
  const marked = await whereTheWaysPart();
  expect(await isMarked(marked)).toBe(true);
  await movesTo(held, '0.2-released');
  await Promise.all([expectSound(held, journal), expectSound(marked, journal)]);
});

test('taken out of versioning, cases go to workers without a version', async () => {
  await work({ bundle: await makeBundle() });
  const played = await aCase();
  await movesTo(played, '0.2-released');
  await makeUnversioned(at, NAME);
  expect(await currentBuild(at, NAME)).toBeNull();
  await movesTo(await aCase(), 'none');

  // A running case stays where it is until the workers of its release are gone.
  await movesTo(played, '0.2-released');
  await retire('0.2-released');
  await movesTo(played, 'none');
  await expectSound(played, journal);
});

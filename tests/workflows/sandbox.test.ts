import { spawnSync } from 'node:child_process';
import { decodeOptionalFailureToOptionalError, loadDataConverter } from '@temporalio/common/lib/internal-non-workflow';
import { HOUR } from '../../domain/instant';
import { makeBundle } from '../../worker/bundle';
import { ROUTINE } from '../domain/support';
import { dataConverter } from './support/converter';
import { MemoryInbox, MemoryJournal } from './support/memory';
import { until } from './support/until';
import { World } from './support/world';

/** What is set otherwise in the sandbox that all cases of a worker share. */

const START = 'async function complaintWorkflow(input) {';

let world: World | null = null;
afterEach(async () => {
  await world?.close();
  world = null;
});

/** In a world of its own: a case whose workflow does this first. @returns what its first task failed with. */
async function failing(broken: string): Promise<Error | undefined> {
  const { code } = await makeBundle();
  const bundle = { code: code.replace(START, `${START} ${broken}`) };
  expect(bundle.code).not.toBe(code);
  const [journal, inbox] = [new MemoryJournal(), new MemoryInbox()];
  world = await World.open({ writeJournal: journal.writeJournal, notify: inbox.notify }, { bundle });
  const played = await world.start({ ...ROUTINE, at: await world.goTo(1, 9 * HOUR) });
  const failed = await until('its task failed', async () =>
    (await played.history()).find((event) => event.workflowTaskFailedEventAttributes),
  );
  const { failure } = failed.workflowTaskFailedEventAttributes ?? {};
  const error = await decodeOptionalFailureToOptionalError(loadDataConverter(dataConverter), failure);
  await played.drop();
  return error;
}

test('of an error the place is kept where it was thrown', async () => {
  const error = await failing('null.seq;');
  const frames = error?.stack?.split('\n').filter((line) => line.startsWith('    at '));

  expect(error?.message).toContain("reading 'seq'");
  expect(frames).toEqual([expect.stringContaining('workflows/complaint.ts')]);
});

test('a thread of a worker traces no promises, says nothing of it, and carries its contexts along', () => {
  const inThread = `
    const { AsyncLocalStorage } = require('node:async_hooks');
    const { globalHandlers } = require('@temporalio/worker/lib/workflow/vm-shared');
    globalHandlers.install();
    const context = new AsyncLocalStorage();
    context.run('carried', async () => {
      await null;
      console.log(globalHandlers.promiseHookInstalled, context.getStore());
    });`;
  const script = `new (require('node:worker_threads').Worker)(${JSON.stringify(inThread)}, { eval: true });`;
  const options = ['--require', './worker/no-call-stacks.cjs', '--eval', script];
  const { stdout, stderr } = spawnSync(process.execPath, options, { encoding: 'utf8' });

  expect({ stdout, stderr }).toEqual({ stdout: 'false carried\n', stderr: '' });
});

test('what cases share is frozen', async () => {
  const error = await failing('complaintWorkflow.of = input;');

  expect(error?.message).toContain('not extensible');
});

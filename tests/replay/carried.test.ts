import { historyFromJSON } from '@temporalio/common/lib/proto-utils';
import { decodeArrayFromPayloads, loadDataConverter } from '@temporalio/common/lib/internal-non-workflow';
import { complaint } from '../../domain/complaint';
import type { ComplaintOpening, ComplaintState } from '../../domain/complaint/state';
import { HOUR } from '../../domain/instant';
import type { CaseInput, Carried } from '../../workflows/contracts/case';
import type { JournalBatch } from '../../workflows/contracts/journal';
import { BODY, text, types } from '../domain/support';
import { TestCase } from '../workflows/support/case';
import { dataConverter } from '../workflows/support/converter';
import { MemoryInbox } from '../workflows/support/memory';
import { until } from '../workflows/support/until';
import { World } from '../workflows/support/world';
import { goldenHistories, type Golden } from './histories';

/** What cases of former releases carried over when they continued as new is taken up by this one. */

type Input = CaseInput<ComplaintOpening>;
type Taken = Input & { readonly carried: Carried };

async function inputOf({ json }: Golden): Promise<Input> {
  const [started] = historyFromJSON(json).events ?? [];
  const { payloads } = started?.workflowExecutionStartedEventAttributes?.input ?? {};
  const [input] = await decodeArrayFromPayloads(loadDataConverter(dataConverter), payloads);
  return input as Input;
}

const batches: JournalBatch[] = [];
let world: World;
let carrying: { readonly name: string; readonly input: Taken }[];
beforeAll(async () => {
  const inputs = await Promise.all(
    goldenHistories().map(async (golden) => ({ name: golden.name, input: await inputOf(golden) })),
  );
  carrying = inputs.filter((each): each is (typeof carrying)[number] => each.input.carried !== undefined);
  const writeJournal = (batch: JournalBatch): Promise<void> => {
    batches.push(batch);
    return Promise.resolve();
  };
  world = await World.open({ writeJournal, notify: new MemoryInbox().notify });
});
afterAll(() => world.close());

/** The run that this input begins, now. */
async function begun(no: string, input: Taken): Promise<TestCase> {
  const opening = { ...input.opening, no };
  const carried = { ...input.carried, state: { ...input.carried.state, no } };
  const args: [Input] = [{ ...input, opening, carried }];
  const how = { taskQueue: 'cases', workflowId: no, args };
  await world.call(() => world.client.workflow.start('complaintWorkflow', how));
  return new TestCase((work) => world.call(work), world.client, opening);
}

test('each of them goes on: numbers without a gap, and commands as ever', async () => {
  expect(carrying.length).toBeGreaterThan(2);
  await world.goTo(1, 9 * HOUR);
  for (const [index, { input }] of carrying.entries()) {
    const played = await begun(`C-CARRIED-${index}`, input);
    await played.do('acknowledge', BODY.acknowledge);
    const { seq } = await played.do('note', { text: text('goes on') }, { id: 'goes-on' });
    const written = batches.filter(({ no }) => no === played.no).flatMap(({ events }) => events);
    const first = input.carried.state.seq - input.carried.unwritten.events.length + 1;
    expect(written.map((event) => event.seq)).toEqual(written.map((_event, n) => first + n));
    expect(types(written)).toEqual(expect.arrayContaining(['acknowledged', 'noted']));
    expect(seq).toBeGreaterThan(input.carried.state.seq);
    await played.drop();
  }
});

test('what a former release did not know begins as in a new case', async () => {
  const input = carrying[0]?.input;
  if (!input) throw new Error('nothing was carried');
  const { managerOnly, promises, ...known } = input.carried.state as ComplaintState;
  expect([managerOnly, promises]).toEqual([false, {}]);
  // Nor did it know that rules have versions.
  expect([input.opening.rules, known.rules]).toEqual([undefined, undefined]);
  const played = await begun('C-CARRIED-LESS', { ...input, carried: { ...input.carried, state: known as never } });

  const state = await played.state();
  expect(state).toMatchObject({ managerOnly, promises });
  expect('rules' in state).toBe(false);
  await played.do('promise', { text: text('a lamp'), dueAt: (await world.now()) + 9 * HOUR });
  expect(Object.keys((await played.state()).promises)).toEqual(['p1']);
  expect(Object.keys(await played.state()).sort()).toEqual(
    expect.arrayContaining(Object.keys(complaint.initial(input.opening)).filter((key) => key !== 'policy')),
  );
  await until('its messages are sent', () => batches.some(({ no }) => no === played.no));
  await played.drop();
});

import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { makeBundle } from '../../worker/bundle';
import { TYPESCRIPT } from '../support/program';
import { dataConverter } from '../workflows/support/converter';
import { silence } from '../workflows/support/world';
import { goldenHistories, PRESENT, type Golden } from './histories';
import { SCENARIOS } from './scenarios';

/** Cases that were begun under one release go on under the next: their histories replay to the same commands. */

/** Three programs beside other tests. Milliseconds. */
const REPLAYED_IN = 110_000;
jest.setTimeout(REPLAYED_IN + 10_000);

interface Replayed {
  readonly zone: string;
  readonly replayed: readonly string[];
  readonly failures: Readonly<Record<string, string>>;
}

const run = promisify(execFile);
const golden = goldenHistories();
let workflowBundle: WorkflowBundleOption;
beforeAll(async () => {
  silence();
  workflowBundle = await makeBundle();
});

function replay({ name, json }: Golden): Promise<void> {
  return Worker.runReplayHistory({ workflowBundle, dataConverter }, json, name);
}

function one(name: string): Golden {
  const found = golden.find((candidate) => candidate.name === `${PRESENT}/${name}`);
  if (!found) throw new Error(`no history ${name}: npm run histories`);
  return found;
}

/** The same history with one thing changed, as text. */
function changed(name: string, change: (json: string) => string): Golden {
  const before = JSON.stringify(one(name).json);
  const after = change(before);
  expect(after).not.toBe(before);
  return { name, json: JSON.parse(after) as Golden['json'] };
}

test('there is a history of every scenario, and together they have been everywhere', () => {
  for (const name of Object.keys(SCENARIOS)) expect(one(name).json.events.length).toBeGreaterThan(10);
  const types = new Set(golden.flatMap(({ json }) => json.events.map(({ eventType }) => eventType)));
  expect([...types].map((type) => String(type).replace('EVENT_TYPE_', ''))).toEqual(
    expect.arrayContaining([
      'ACTIVITY_TASK_FAILED',
      'MARKER_RECORDED',
      'TIMER_CANCELED',
      'TIMER_FIRED',
      'UPSERT_WORKFLOW_SEARCH_ATTRIBUTES',
      'WORKFLOW_EXECUTION_COMPLETED',
      'WORKFLOW_EXECUTION_CONTINUED_AS_NEW',
      'WORKFLOW_EXECUTION_UPDATE_COMPLETED',
    ]),
  );
});

test('those of this release replay on machines in three zones, and those before it on one of them', async () => {
  const zones = ['UTC', 'Asia/Shanghai', 'America/New_York'];
  const program = path.join(__dirname, 'replay-all.ts');
  const results = await Promise.all(
    zones.map(async (zone, index) => {
      const env = { TZ: zone };
      const share = [String(index), String(zones.length)];
      const { stdout } = await run(process.execPath, [...TYPESCRIPT, program, ...share], { env, timeout: REPLAYED_IN });
      return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Replayed;
    }),
  );

  const present = golden.map(({ name }) => name).filter((name) => name.startsWith(`${PRESENT}/`));
  expect(results.map(({ zone, failures }) => ({ zone, failures }))).toEqual(
    zones.map((zone) => ({ zone, failures: {} })),
  );
  for (const { replayed } of results) expect(replayed).toEqual(expect.arrayContaining(present));
  expect([...new Set(results.flatMap(({ replayed }) => replayed))].sort()).toEqual(
    golden.map(({ name }) => name).sort(),
  );
});

test('one that called for another activity does not', async () => {
  const tampered = changed('message-fails', (json) => json.replace('"name":"notify"', '"name":"telegraph"'));

  await expect(replay(tampered)).rejects.toBeInstanceOf(DeterminismViolationError);
});

test('one whose commands came in another order does not', async () => {
  const { name, json } = one('urgent-late-to-closed');
  const timer = json.events.findIndex(({ eventType }) => eventType === 'EVENT_TYPE_TIMER_STARTED');
  const before = json.events.slice(0, timer).map(({ eventType }) => eventType);
  const shown = before.lastIndexOf('EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES');
  expect(shown).toBeGreaterThan(0);
  const events = json.events.map((event, index) => {
    const taken = index === timer ? json.events[shown] : index === shown ? json.events[timer] : event;
    return { ...taken, eventId: event.eventId };
  });

  await expect(replay({ name, json: { events } })).rejects.toBeInstanceOf(DeterminismViolationError);
});

test('one that never armed its timer does not', async () => {
  const { name, json } = one('urgent-late-to-closed');
  const end = json.events.findIndex(({ eventType }) => eventType === 'EVENT_TYPE_TIMER_FIRED');
  const events = json.events.slice(0, end).map((event) => {
    if (event.eventType !== 'EVENT_TYPE_TIMER_STARTED') return event;
    const rest = Object.entries(event).filter(([key]) => key !== 'timerStartedEventAttributes');
    return {
      ...Object.fromEntries(rest),
      eventType: 'EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES',
      upsertWorkflowSearchAttributesEventAttributes: { searchAttributes: {}, workflowTaskCompletedEventId: '4' },
    };
  });

  await expect(replay({ name, json: { events } })).rejects.toBeInstanceOf(DeterminismViolationError);
});

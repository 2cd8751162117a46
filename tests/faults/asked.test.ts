import { Worker } from '@temporalio/worker';
import { setTimeout as pause } from 'node:timers/promises';
import { makeBundle } from '../../worker/bundle';
import { ROUTINE, text } from '../domain/support';
import { dataConverter } from '../workflows/support/converter';
import { Live } from '../workflows/support/live';
import { expectSound } from '../workflows/support/sound';

jest.setTimeout(120_000);

/** Readers that come in between while a case is worked on must leave no trace in what it is replayed from. */

let live: Live;
beforeAll(async () => {
  live = await Live.open();
  live.before = () => pause(5);
});
afterAll(() => live.close());

const CASES = 8;
const NOTES = 25;

test('cases that are asked in the middle of their commands can be replayed', async () => {
  const bundle = await makeBundle();
  const cases = await Promise.all(Array.from({ length: CASES }, () => live.start(ROUTINE)));
  let asked = 0;
  await Promise.all(
    cases.map(async (played) => {
      let working = true;
      const ask = async (): Promise<void> => {
        while (working) {
          const answer = await live.engine.read(played.no);
          expect(answer?.snapshot.state.no).toBe(played.no);
          asked += 1;
        }
      };
      const asking = [ask()];
      for (let n = 0; n < NOTES; n += 1) await played.do('note', { text: text(`note ${n}`) });
      working = false;
      await Promise.all(asking);
    }),
  );
  expect(asked).toBeGreaterThan(CASES * NOTES);
  for (const played of cases) {
    const { history } = await expectSound(played, live.journal);
    await Worker.runReplayHistory({ workflowBundle: bundle, dataConverter }, { events: [...history] }, played.no);
  }
});

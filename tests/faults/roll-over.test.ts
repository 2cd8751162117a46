import { journalPage } from '../../db/queries/journal-read';
import type { JournalEvent } from '../../domain/event';
import { SECOND } from '../../domain/instant';
import { CLERK, ROUTINE, text } from '../domain/support';
import { armed } from '../workflows/support/history';
import type { TestCase } from '../workflows/support/case';
import { Live } from '../workflows/support/live';
import { expectSound } from '../workflows/support/sound';

/** Commands and timers that meet a roll-over, on the real server and through the API's gateway. */

let live: Live;
beforeAll(async () => {
  live = await Live.open();
});
afterAll(() => live.close());

const CLIENTS = 6;
const EACH = 15;

async function written(played: TestCase): Promise<{ events: (no: string) => JournalEvent[] }> {
  const events = await journalPage(live.database.db, played.no, { after: 0, limit: 10_000 });
  return { events: () => events };
}

test('a tight loop of commands, with clocks running out among them: nothing is lost, nothing is done twice', async () => {
  const played = await live.start({ ...ROUTINE, rollOverAt: 90 });
  const answers = new Map<string, number>();
  const slow: number[] = [];
  const client = async (name: number): Promise<void> => {
    for (let n = 0; n < EACH; n += 1) {
      const ref = `note-${name}-${n}`;
      const begun = performance.now();
      const envelope = { id: ref, bodyHash: ref, by: CLERK, data: { text: text(ref) } };
      answers.set(ref, (await live.engine.command(played.no, 'note', envelope)).seq);
      slow.push(performance.now() - begun);
      if (n % 3 > 0) continue;
      const promise = { id: `p-${ref}`, bodyHash: ref, by: CLERK, data: { text: text(ref), dueAt: Date.now() + SECOND } };
      await live.engine.command(played.no, 'promise', promise);
    }
  };

  await Promise.all(Array.from({ length: CLIENTS }, (_, name) => client(name)));
  console.log(Math.max(...slow), (await played.runs()).length);
  const { events } = await expectSound(played, await written(played));
  const noted = new Map(events.flatMap((event) => (event.type === 'noted' ? [[event.data.text.ref, event.seq]] : [])));
  expect(noted).toEqual(answers);
  for (const run of await played.runs()) expect(Math.max(...armed(await played.history(run)))).toBeLessThanOrEqual(1);
});

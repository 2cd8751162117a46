import { findReceipt } from '../../db/queries/cases';
import { SECOND } from '../../domain/instant';
import type { CommandResult } from '../../workflows/contracts/case';
import { BODY, CLERK, ROUTINE, text } from '../domain/support';
import { armed } from '../workflows/support/history';
import { Live } from '../workflows/support/live';
import { expectSound, settled } from '../workflows/support/sound';
import { persistently } from './load/persistently';

jest.setTimeout(120_000);

/** Commands and timers that meet a roll-over, on the real server and through the API's gateway. */

let live: Live;
beforeAll(async () => {
  live = await Live.open();
});
afterAll(() => live.close());

const CLIENTS = 6;
const PROMISES = 12;

test('a tight loop of commands, with clocks running out among them: nothing is lost, nothing is done twice', async () => {
  const played = await live.start({ ...ROUTINE, rollOverAt: 90 });
  const answers = new Map<string, number>();
  const took: number[] = [];
  const send = async (name: string, id: string, data: unknown): Promise<number> => {
    const begun = performance.now();
    const { seq } = await persistently(() =>
      live.engine.command(played.no, name, { id, bodyHash: id, by: CLERK, data }),
    );
    took.push(performance.now() - begun);
    return seq;
  };
  // Each of them is warned of twice and missed, in the thick of the notes.
  let lastDue = Infinity;
  const promise = async (): Promise<void> => {
    let dueAt = 0;
    for (let index = 0; index < PROMISES; index += 1) {
      dueAt = Date.now() + 4 * SECOND;
      await send('promise', `p${index}`, { text: text(`p${index}`), dueAt });
    }
    lastDue = dueAt;
  };
  const client = async (name: number): Promise<void> => {
    for (let n = 0; Date.now() < lastDue; n += 1) {
      const ref = `note-${name}-${n}`;
      answers.set(ref, await send('note', ref, { text: text(ref) }));
    }
  };
  await Promise.all([promise(), ...Array.from({ length: CLIENTS }, (_, name) => client(name))]);

  const { events } = await expectSound(played, live.journal);
  const noted = new Map(events.flatMap((event) => (event.type === 'noted' ? [[event.data.text.ref, event.seq]] : [])));
  expect(noted).toEqual(answers);
  const missed = events.flatMap((event) => (event.type === 'obligation-missed' ? [event.data.obligation] : []));
  expect([...missed].sort()).toEqual(Array.from({ length: PROMISES }, (_, index) => `promise:p${index + 1}`).sort());
  const runs = await played.runs();
  for (const run of runs) expect(Math.max(...armed(await played.history(run)))).toBeLessThanOrEqual(1);
  const slowest = Math.round(Math.max(...took));
  process.stdout.write(`roll-over: ${took.length} commands over ${runs.length} runs, the slowest took ${slowest} ms\n`);
  expect(runs.length).toBeGreaterThan(2);
});

test('what is not written when it rolls over is written by the next run', async () => {
  const played = await live.start({ ...ROUTINE, rollOverAt: 40 });
  await settled(played, live.journal);
  live.before = () => {
    throw new Error('the database is away');
  };
  const first = await played.do('acknowledge', BODY.acknowledge, { id: 'a' });
  expect(first.projection).toBe('pending');
  const notes: CommandResult[] = [];
  while ((await played.runs()).length < 2) notes.push(await played.do('note', { text: text(`note ${notes.length}`) }));
  expect(notes.map(({ projection }) => projection)).toEqual(notes.map(() => 'pending'));
  live.before = null;

  const { events } = await expectSound(played, live.journal);
  expect(events[first.seq - 1]?.via).toMatchObject({ kind: 'command', id: 'a' });
  expect(events.filter(({ type }) => type === 'noted')).toHaveLength(notes.length);
  expect(await findReceipt(live.database.db, played.no, 'a')).toMatchObject({ command: 'acknowledge', seq: first.seq });
});

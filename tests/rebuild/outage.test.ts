import { setTimeout as pause } from 'node:timers/promises';
import { journalPage } from '../../db/queries/journal-read';
import { BODY, text } from '../domain/support';
import type { TestCase } from '../workflows/support/case';
import { allTold } from '../workflows/support/sound';
import { until } from '../workflows/support/until';
import { OwnServers } from './own-servers';

jest.setTimeout(150_000);

/** Longer than a local activity tries, so that every case of the outage goes the slow way. Milliseconds. */
const OUTAGE = 4_000;
/** The slow way tries again after a minute at the most. Milliseconds. */
const CATCHES_UP_WITHIN = 70_000;

let servers: OwnServers;
beforeAll(async () => {
  servers = await OwnServers.start();
});
afterAll(() => servers.stop());

test('PostgreSQL is killed under load: every command is answered, and afterwards there is no difference', async () => {
  const played = await Promise.all(Array.from({ length: 6 }, () => servers.open()));
  await Promise.all(played.map((one) => one.do('acknowledge', BODY.acknowledge)));
  let isOver = false;
  const answers: ('written' | 'pending')[] = [];
  const sent = new Map<string, number>();
  const load = Promise.all(
    played.map(async (one: TestCase) => {
      for (let notes = 1; !isOver; notes += 1) {
        answers.push((await one.do('note', { text: text('note') })).projection);
        sent.set(one.no, notes);
      }
    }),
  );

  await servers.killPostgres();
  await until('commands are answered without it', () => answers.filter((answer) => answer === 'pending').length >= 6);
  const begunMeanwhile = await servers.open();
  await pause(OUTAGE);
  await servers.startPostgres();
  isOver = true;
  await load;

  const all = [...played, begunMeanwhile];
  // By the rows alone: nobody asks a case whose journal is on its way.
  const isCaughtUp = async (one: TestCase) => {
    const events = await journalPage(servers.database.db, one.no, { after: 0, limit: 10_000 });
    return allTold(events) && events.filter(({ type }) => type === 'noted').length === (sent.get(one.no) ?? 0);
  };
  for (const one of all) await until(`${one.no} has caught up`, () => isCaughtUp(one), CATCHES_UP_WITHIN);
  expect(await servers.rebuild()).toMatchObject({
    lines: [],
    totals: { compared: all.length, different: 0, orphaned: 0, failed: 0 },
  });
});

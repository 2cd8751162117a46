import { complaint } from '../domain/complaint';
import { repair } from '../domain/repair';
import { playEightCommands, playRepair, playThirtyDays, COMMANDS, fewest } from '../tests/workflows/support/cost';
import { outside } from '../tests/replay/repairs';
import { MemoryInbox, MemoryJournal } from '../tests/workflows/support/memory';
import { World } from '../tests/workflows/support/world';
import { stackEnvironment } from '../common/config';
import { TEMPORAL_TEST_SERVER } from '../stack/binaries';
import { resolveBinary } from '../stack/temporal-binary';
import { terminalOn } from '../stack/terminal';
import type { Measure, Row } from './support/measure';

/** M4: history events of a case, on a server that skips time; the same cases as tests/workflows/cost.test.ts. */
export const m4: Pick<Measure, 'id'> & { readonly run: () => Promise<Row[]> } = { id: 'M4', run };

async function run(): Promise<Row[]> {
  const { path } = await resolveBinary(TEMPORAL_TEST_SERVER, {
    env: stackEnvironment(),
    terminal: terminalOn(process.stderr),
  });
  const [journal, inbox] = [new MemoryJournal(), new MemoryInbox()];
  const world = await World.open(
    { writeJournal: journal.writeJournal, notify: inbox.notify, ...outside },
    { server: path },
  );
  try {
    const short = await playEightCommands(world, journal);
    const used = (await short.history()).length;
    const needed = fewest(complaint, short.opening, journal.events(short.no), COMMANDS);
    const mended = await playRepair(world, journal);
    const usedByRepair = (await mended.history()).length;
    const neededByRepair = fewest(repair, mended.opening, journal.events(mended.no), COMMANDS);
    const long = (await (await playThirtyDays(world)).history()).length;
    return [
      {
        ...{ id: 'M4', what: 'history events of a complaint of 8 commands' },
        floor: 'the fewest that its messages and timers need',
        ...{ value: used / needed, unit: '×', bar: { atMost: 1.3 }, figures: `${used}; ${needed}` },
      },
      {
        ...{ id: 'M4', what: 'history events of a repair of 8 commands' },
        floor: 'the fewest that its messages, effects and timers need',
        ...{ value: usedByRepair / neededByRepair, unit: '×', bar: { atMost: 1.3 } },
        figures: `${usedByRepair}; ${neededByRepair}`,
      },
      {
        ...{ id: 'M4', what: 'history events of a case of 30 days with daily updates', floor: '–' },
        ...{ value: long, unit: 'events', bar: { below: 4_096 }, figures: 'one run, no roll-over' },
      },
    ];
  } finally {
    await world.clear();
    await world.close();
  }
}

import { HOUR } from '../../domain/instant';
import { MINUTE } from '../../domain/instant';
import { startTestServers } from '../support/servers';
import { MemoryInbox, MemoryJournal } from '../workflows/support/memory';
import { settled } from '../workflows/support/sound';
import { World } from '../workflows/support/world';
import { keepGolden, type Golden } from './golden';
import { SCENARIOS, type Stage } from './scenarios';

/** `npm run histories`: records the golden histories of this release anew. Those of a release are kept for good. */
async function main(): Promise<void> {
  const stop = await startTestServers();
  try {
    const golden: Golden[] = [];
    for (const name of Object.keys(SCENARIOS)) golden.push(...(await record(name)));
    keepGolden(golden);
    for (const { name, history } of golden) console.log(`${name}: ${history.events?.length} events`);
  } finally {
    await stop();
  }
}

/** Each in a world of its own: what one leaves behind says nothing in the next. @returns all runs, the first one first. */
async function record(name: string): Promise<Golden[]> {
  const [journal, inbox] = [new MemoryJournal(), new MemoryInbox()];
  const world = await World.open({ writeJournal: journal.writeJournal, notify: inbox.notify });
  try {
    const stage: Stage = { world, journal, inbox, at: await world.goTo(1, 9 * HOUR) };
    const played = await SCENARIOS[name]?.(stage);
    if (!played) throw new Error(`no scenario ${name}`);
    await settled(played, journal);
    const runs = (await played.runs()).reverse();
    return await Promise.all(
      runs.map(async (run, index) => ({
        name: runs.length === 1 ? name : `${name}.${index + 1}`,
        history: { events: await played.history(run) },
      })),
    );
  } finally {
    await world.close();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

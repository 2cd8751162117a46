import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { HOUR } from '../../domain/instant';
import { startTestServers } from '../support/servers';
import type { HistoryEvent } from '../workflows/support/history';
import { MemoryInbox, MemoryJournal } from '../workflows/support/memory';
import { settled } from '../workflows/support/sound';
import { World } from '../workflows/support/world';
import { HISTORIES } from './histories';
import { outside } from './repairs';
import { SCENARIOS, type Stage } from './scenarios';

/** `npm run histories`: records the golden histories of this release anew. Those of earlier releases stay. */
async function main(): Promise<void> {
  const stop = await startTestServers(1);
  try {
    const runs: [string, HistoryEvent[]][] = [];
    for (const name of Object.keys(SCENARIOS)) runs.push(...(await record(name)));
    rmSync(HISTORIES, { recursive: true, force: true });
    mkdirSync(HISTORIES, { recursive: true });
    for (const [name, events] of runs) {
      writeFileSync(path.join(HISTORIES, `${name}.json`), `${jsonOf(events)}\n`);
      console.log(`${name}: ${events.length} events`);
    }
  } finally {
    await stop();
  }
}

/** Each in a world of its own. @returns all runs, the first one under the scenario's name, then `<name>.2` … */
async function record(name: string): Promise<[string, HistoryEvent[]][]> {
  const [journal, inbox] = [new MemoryJournal(), new MemoryInbox()];
  const world = await World.open({ writeJournal: journal.writeJournal, notify: inbox.notify, ...outside });
  try {
    const stage: Stage = { world, journal, inbox, at: await world.goTo(1, 9 * HOUR) };
    const played = await SCENARIOS[name]?.(stage);
    if (!played) throw new Error(`no scenario ${name}`);
    await settled(played, journal);
    const histories: [string, HistoryEvent[]][] = [];
    for (const run of (await played.runs()).reverse()) {
      const suffix = histories.length === 0 ? '' : `.${histories.length + 1}`;
      histories.push([`${name}${suffix}`, await played.history(run)]);
    }
    return histories;
  } finally {
    await world.close();
  }
}

/** Who recorded it is of no interest. */
function jsonOf(events: HistoryEvent[]): string {
  return JSON.stringify(JSON.parse(historyToJSON({ events })), (key: string, value: unknown) =>
    key === 'identity' ? 'recorded' : value,
  );
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

import { Worker } from '@temporalio/worker';
import { makeBundle } from '../../worker/bundle';
import { dataConverter } from '../workflows/support/converter';
import { silence } from '../workflows/support/world';
import { goldenHistories, PRESENT } from './histories';

/**
 * `replay-all.ts SHARE OF` replays golden histories with the present code and prints `{ zone, replayed, failures }`: all of
 * the present release, and one share of those before it. A program of its own, because a process reads its zone when it starts.
 */
async function main(): Promise<void> {
  silence();
  const workflowBundle = await makeBundle();
  const failures: Record<string, string> = {};
  const [share, of] = process.argv.slice(2).map(Number);
  if (share === undefined || of === undefined) throw new Error('replay-all.ts SHARE OF');
  const replayed = goldenHistories().filter(
    ({ name }, index) => name.startsWith(`${PRESENT}/`) || index % of === share,
  );
  const histories = replayed.map(({ name, json }) => ({ workflowId: name, history: json }));
  for await (const result of Worker.runReplayHistories({ workflowBundle, dataConverter }, histories)) {
    if (result.error) failures[result.workflowId] = String(result.error);
  }
  const { timeZone: zone } = Intl.DateTimeFormat().resolvedOptions();
  console.log(JSON.stringify({ zone, replayed: replayed.map(({ name }) => name), failures }));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});

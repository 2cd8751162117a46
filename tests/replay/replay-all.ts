import { Worker } from '@temporalio/worker';
import { makeBundle } from '../../worker/bundle';
import { dataConverter } from '../workflows/support/converter';
import { silence } from '../workflows/support/world';
import { goldenHistories } from './histories';

/**
 * Replays every golden history with the present code and prints `{ zone, replayed, failures }`. A program of its own, because a
 * process reads its zone when it starts.
 */
async function main(): Promise<void> {
  silence();
  const workflowBundle = await makeBundle();
  const failures: Record<string, string> = {};
  const histories = goldenHistories().map(({ name, json }) => ({ workflowId: name, history: json }));
  for await (const result of Worker.runReplayHistories({ workflowBundle, dataConverter }, histories)) {
    if (result.error) failures[result.workflowId] = String(result.error);
  }
  const { timeZone: zone } = Intl.DateTimeFormat().resolvedOptions();
  console.log(JSON.stringify({ zone, replayed: histories.length, failures }));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});

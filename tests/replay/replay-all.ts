import { Worker } from '@temporalio/worker';
import { makeBundle } from '../../worker/bundle';
import { dataConverter } from '../workflows/support/converter';
import { silence } from '../workflows/support/world';
import { goldenHistories } from './histories';

/**
 * Replays every golden history with the present code and prints `{ zone, failures }`. A program of its own, because a
 * process reads its zone when it starts.
 */
async function main(): Promise<void> {
  silence();
  const workflowBundle = await makeBundle();
  const failures: Record<string, string> = {};
  for (const { name, json } of goldenHistories()) {
    try {
      await Worker.runReplayHistory({ workflowBundle, dataConverter }, json, name);
    } catch (error) {
      failures[name] = String(error);
    }
  }
  console.log(JSON.stringify({ zone: Intl.DateTimeFormat().resolvedOptions().timeZone, failures }));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});

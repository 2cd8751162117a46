import { Connection } from '@temporalio/client';
import { loadConfig } from '../common/config';
import { registerSearchAttributes } from './search-attributes';

/** Second half of `npm run migrate`: what Temporal has to know before the first case. */
async function main(): Promise<void> {
  const { temporal } = loadConfig();
  const connection = await Connection.connect({ address: temporal.address });
  try {
    await registerSearchAttributes(connection, temporal.namespace);
    console.log(`search attributes registered with ${temporal.namespace} at ${temporal.address}`);
  } finally {
    await connection.close();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});

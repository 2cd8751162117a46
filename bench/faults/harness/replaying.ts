import { DefaultLogger, Runtime } from '@temporalio/worker';
import { createDataConverter } from '../../../common/crypto/codec';
import { parseKeyring } from '../../../common/crypto/keyring';
import { connectTemporal, withTimeout } from '../../../common/temporal';
import { makeBundle } from '../../../worker/bundle';
import { replayCase } from '../../../worker/replay';
import type { Replayed } from './invariants/evidence';
import type { Topology } from './topology';

export interface Replayer {
  /** In words, why not, where it can't be done. */
  replay(no: string): Promise<Replayed | string>;
  close(): Promise<void>;
}

const WITHIN_MS = 30_000;

/**
 * What the rows of a case should be, by replaying its histories. The one place of the harness where the product's code
 * is asked: there must be no second piece of code that knows how a journal comes about.
 */
export async function openReplayer({ temporal, codecKeys }: Pick<Topology, 'temporal' | 'codecKeys'>) {
  const dataConverter = createDataConverter(parseKeyring(codecKeys, 'GUANJIA_CODEC_KEYS'));
  const { client, connection, close } = await connectTemporal(temporal, dataConverter);
  const deps = { client, dataConverter, bundle: await makeBundle() };
  const replayer: Replayer = {
    close,
    replay: async (no) => {
      const batch = await withTimeout(connection, WITHIN_MS, () => replayCase(deps, no)).catch(
        (error: unknown) => (error as Error).message,
      );
      if (batch === null) return 'Temporal does not have it';
      if (typeof batch === 'string') return batch;
      const state: unknown = JSON.parse(JSON.stringify(batch.snapshot.state));
      return { events: batch.events.map(({ seq, type }) => `${seq} ${type}`), state };
    },
  };
  return replayer;
}

/** Once per process, before the first replay: nothing is said. */
export function quietReplays(): void {
  Runtime.install({
    logger: new DefaultLogger('ERROR', () => undefined),
    telemetryOptions: { logging: { filter: 'OFF', forward: {} } },
  });
}

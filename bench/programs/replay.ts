import { temporal } from '@temporalio/proto';
import { Worker, type ReplayWorkerOptions } from '@temporalio/worker';
import { createDataConverter } from '../../common/crypto/codec';
import { parseKeyring } from '../../common/crypto/keyring';
import { silence } from '../../tests/workflows/support/world';
import { makeBundle } from '../../worker/bundle';
import { floorBundle } from '../floor/bundle';
import { timed } from '../support/load';

/** What is replayed, again and again: said once, before the first round. */
export interface ReplayWork {
  /** Of the payload codec, as in GUANJIA_CODEC_KEYS; null: the bare workflows, which have none. */
  readonly codecKeys: string | null;
  /** Protobuf, base64. */
  readonly histories: readonly string[];
}

/** Answers `ReplayWork` with the events that it holds, and every `round` with the milliseconds that it took. */
function main(): void {
  silence();
  let round = (): Promise<number> => Promise.reject(new Error('nothing to replay'));
  const answer = async (message: ReplayWork | 'round'): Promise<number> => {
    if (message === 'round') return round();
    const histories = message.histories.map((text) =>
      temporal.api.history.v1.History.decode(Buffer.from(text, 'base64')),
    );
    const options = await optionsOf(message.codecKeys);
    const named = histories.map((history, index) => ({ workflowId: `replayed-${index}`, history }));
    round = () =>
      timed(async () => {
        for await (const { error } of Worker.runReplayHistories(options, named)) if (error) throw error;
      });
    return histories.reduce((sum, { events }) => sum + events.length, 0);
  };
  process.on('message', (message: ReplayWork | 'round') => {
    void answer(message).then((value) => process.send?.(value));
  });
}

async function optionsOf(codecKeys: string | null): Promise<ReplayWorkerOptions> {
  if (codecKeys === null) return { workflowBundle: await floorBundle() };
  const dataConverter = createDataConverter(parseKeyring(codecKeys, 'GUANJIA_CODEC_KEYS'));
  return { workflowBundle: await makeBundle(), dataConverter };
}

main();

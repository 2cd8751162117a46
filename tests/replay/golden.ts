import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { temporal } from '@temporalio/proto';
import { historyFromJSON, historyToJSON } from '@temporalio/common/lib/proto-utils';

type History = temporal.api.history.v1.IHistory;

const FOLDER = join(__dirname, 'histories');

/** A recorded run: its file is `<name>.json`. */
export interface Golden {
  readonly name: string;
  readonly history: History;
}

export function goldenHistories(): Golden[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => ({
      name: file.slice(0, -'.json'.length),
      history: historyFromJSON(JSON.parse(readFileSync(join(FOLDER, file), 'utf8'))),
    }));
}

/** Takes the place of all that were recorded before. */
export function keepGolden(histories: readonly Golden[]): void {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER);
  for (const { name, history } of histories) {
    // Who recorded it is of no interest.
    const json = JSON.stringify(JSON.parse(historyToJSON(history)), (key: string, value: unknown) =>
      key === 'identity' ? 'recorded' : value,
    );
    writeFileSync(join(FOLDER, `${name}.json`), `${json}\n`);
  }
}

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Golden histories by release; encrypted with the tests' own key. */
const FOLDER = path.join(__dirname, 'histories');
/** Where the present release's are recorded. */
export const HISTORIES = path.join(FOLDER, '0.1');

export interface Golden {
  readonly name: string;
  readonly json: { readonly events: readonly Readonly<Record<string, unknown>>[] };
}

export function goldenHistories(): Golden[] {
  return readdirSync(FOLDER).flatMap((release) =>
    readdirSync(path.join(FOLDER, release)).map((file) => ({
      name: `${release}/${file}`,
      json: JSON.parse(readFileSync(path.join(FOLDER, release, file), 'utf8')) as Golden['json'],
    })),
  );
}

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const FOLDER = path.join(__dirname, 'histories');

/** The release whose histories are recorded; those of earlier ones lie beside it and are kept for good. */
export const PRESENT = '0.6';
export const HISTORIES = path.join(FOLDER, PRESENT);

/** A recorded run of a case, encrypted with the tests' own key. */
export interface Golden {
  /** `0.1/urgent-unattended` */
  readonly name: string;
  readonly json: { readonly events: readonly Readonly<Record<string, unknown>>[] };
}

/** @param release of all releases when it is not given. */
export function goldenHistories(release?: string): Golden[] {
  return (release === undefined ? readdirSync(FOLDER).sort() : [release])
    .flatMap((folder) =>
      readdirSync(path.join(FOLDER, folder))
        .sort()
        .map((file) => path.join(folder, file)),
    )
    .map((file) => ({
      name: file.replace(/\.json$/, ''),
      json: JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8')) as Golden['json'],
    }));
}

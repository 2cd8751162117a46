import { parseArgs } from 'node:util';
import { SIZES, type Sizes } from './support/sizes';

export interface Options {
  readonly ids: readonly string[];
  readonly sizes: Sizes;
  /** `quick`, `default` or `full`. */
  readonly size: keyof typeof SIZES;
  /** Where the table goes; null: to the terminal alone. */
  readonly out: string | null;
}

const TABLE = 'docs/performance.md';
const USAGE = `npm run bench [-- --only M1,M4] [-- --quick | --full] [-- --out FILE]
  --only   some of the measures
  --quick  small sizes, one round: whether everything works
  --full   10,000 open cases (M3)
  --out    where the page is written. Default ${TABLE} for all measures, nowhere for --only and --quick.
           Lines there of what is not measured stay`;

/** @throws Error with the usage for anything it doesn't know. */
export function parseOptions(args: readonly string[], known: readonly string[]): Options {
  const { only, quick, full, out } = parsed(args);
  const ids = only === undefined ? known : only.split(',').map((id) => id.trim().toUpperCase());
  const unknown = ids.find((id) => !known.includes(id));
  if (unknown !== undefined)
    throw new Error(`There is no measure ${unknown}; there are ${known.join(', ')}.\n${USAGE}`);
  if (quick && full) throw new Error(`--quick and --full say different things.\n${USAGE}`);
  const size = quick ? 'quick' : full ? 'full' : 'default';
  const isAll = only === undefined && !quick;
  return { ids, sizes: SIZES[size], size, out: out ?? (isAll ? TABLE : null) };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: 'string' },
        quick: { type: 'boolean', default: false },
        full: { type: 'boolean', default: false },
        out: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${USAGE}`, { cause: error });
  }
}

import { parseArgs } from 'node:util';

export interface RebuildOptions {
  /** Only these; all when there is none. */
  readonly cases: readonly string[];
  /** Only cases whose workflow has not ended. */
  readonly openOnly: boolean;
  /** Write what differs into the live read model. */
  readonly apply: boolean;
}

export const USAGE = `npm run rebuild -- [--case NO]... [--open-only] [--apply]

Folds the read model anew from Temporal's histories, beside the live one, and prints where they differ.

  --case NO     only this case; may be repeated
  --open-only   only cases whose workflow runs
  --apply       writes what differs into the live read model, as the auditor does

Ends with 0 when there is no difference, with 1 when there is one, with 2 when it could not be told.`;

/** @throws TypeError for an option that there isn't; its message says which. */
export function rebuildOptions(args: readonly string[]): RebuildOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      case: { type: 'string', multiple: true, default: [] },
      'open-only': { type: 'boolean', default: false },
      apply: { type: 'boolean', default: false },
    },
  });
  return { cases: [...new Set(values.case)], openOnly: values['open-only'], apply: values.apply };
}

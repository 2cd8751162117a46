import { scrubText } from '../../common/log-scrubber';
import type { RowDifference } from '../../db/queries/derived';
import type { Look } from './lane';

/** Of one row, and of one case: enough to see what is the matter. */
const MOST_VALUES = 8;
const MOST_ROWS = 20;
const CODE = /^[\w.:/@+-]{0,80}$/;

/** What a look has found, in lines that hold codes, numbers and instants, and nothing that a person wrote. */
export function describe(look: Look): string[] {
  const { no, verdict, differences, reason } = look;
  switch (verdict) {
    case 'same':
    case 'archived':
      return [];
    case 'orphaned':
      return [`${no} is open, but Temporal does not have it`];
    case 'unknown':
      return [`${no} is neither in the read model nor in Temporal`];
    case 'failed':
      return [`${no} can't be folded: ${reason}`];
    case 'different':
      if (differences.some(({ table, where }) => table === 'case' && where === 'rebuilt')) {
        return [`${no} is missing (${differences.length} rows)`];
      }
      return [`${no} differs from its history`, ...some(differences.flatMap(rowLines), MOST_ROWS).map(indented)];
  }
}

function rowLines({ table, key, where, live, rebuilt }: RowDifference): string[] {
  const row = [table, key].join(' ').trim();
  if (where === 'rebuilt') return [`${row} is missing`];
  if (where === 'live') return [`${row} should not be there`];
  return some(valuesThatDiffer(live, rebuilt, ''), MOST_VALUES).map((text) => `${row}: ${text}`);
}

function valuesThatDiffer(live: unknown, rebuilt: unknown, path: string): string[] {
  if (isObject(live) && isObject(rebuilt)) {
    const names = [...new Set([...Object.keys(live), ...Object.keys(rebuilt)])].sort();
    return names.flatMap((name) => valuesThatDiffer(live[name], rebuilt[name], path === '' ? name : `${path}.${name}`));
  }
  if (JSON.stringify(live) === JSON.stringify(rebuilt)) return [];
  return [`${path} is ${shown(live)}, should be ${shown(rebuilt)}`];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeof value !== 'string') return isObject(value) ? 'an object' : JSON.stringify(value);
  return CODE.test(value) ? scrubText(value) : `a text of ${value.length} characters`;
}

function some(lines: readonly string[], most: number): string[] {
  return lines.length <= most ? [...lines] : [...lines.slice(0, most), `and ${lines.length - most} more`];
}

function indented(line: string): string {
  return `  ${line}`;
}

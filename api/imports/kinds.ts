import { FAMILIES } from '../families';
import { assets } from './assets';
import { casesOf } from './cases';
import { households } from './households';
import type { ImportKind } from './kind';
import { staff } from './staff';

/** What can be imported: ledgers, and open cases of families that other systems have too. */
export const IMPORT_KINDS: readonly ImportKind[] = [
  households,
  staff,
  assets,
  ...FAMILIES.flatMap((entry) => (entry.subtypes ? [casesOf(entry)] : [])),
];

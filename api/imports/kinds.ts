import { FAMILIES } from '../families';
import { assets } from './assets';
import { casesOf } from './cases';
import { households } from './households';
import type { ImportKind } from './kind';
import { namedListOf } from './named';
import { rosters } from './rosters';
import { staff } from './staff';
import { substitutes } from './substitutes';

/** What can be imported, in the order in which one names another: ledgers, and open cases of families that other systems have too. */
export const IMPORT_KINDS: readonly ImportKind[] = [
  namedListOf('department', 'departments'),
  namedListOf('post', 'posts'),
  namedListOf('skill', 'skills'),
  namedListOf('zone', 'zones'),
  households,
  staff,
  rosters,
  substitutes,
  assets,
  ...FAMILIES.flatMap((entry) => (entry.subtypes ? [casesOf(entry)] : [])),
];

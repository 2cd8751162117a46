import type { Kysely } from 'kysely';
import type { Instant } from '../../domain/instant';
import type { Database } from '../schema';
import { instantOf, timeOf } from '../time';

export interface PastFaults {
  readonly project: string;
  readonly family: string;
  readonly subtype: string;
  readonly asset: string | null;
  /** Looked at only where there is no asset. */
  readonly roomIndex: string | null;
  readonly from: Instant;
  readonly to: Instant;
  /** The case that asks. */
  readonly except: string;
}

/** Cases of the family about the same fault of the same asset or room, the last one first. Withdrawn ones are none. */
export async function pastFaults(
  db: Kysely<Database>,
  { project, family, subtype, asset, roomIndex, from, to, except }: PastFaults,
): Promise<{ readonly no: string; readonly reportedAt: Instant }[]> {
  const rows = await db
    .selectFrom('case')
    .select(['no', 'reported_at'])
    .where('project', '=', project)
    .where('family', '=', family)
    .where('subtype', '=', subtype)
    .where('mode', '=', 'live')
    .where('stage', '<>', 'withdrawn')
    .where('no', '<>', except)
    .where('reported_at', '>=', timeOf(from))
    .where('reported_at', '<=', timeOf(to))
    .$if(asset !== null, (query) => query.where('asset', '=', asset))
    .$if(asset === null, (query) => query.where('room_index', '=', roomIndex))
    .orderBy('reported_at', 'desc')
    .orderBy('no')
    .execute();
  return rows.map(({ no, reported_at: at }) => ({ no, reportedAt: instantOf(at) }));
}

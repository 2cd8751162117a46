import type { Kysely } from 'kysely';
import { pastFaults } from '../../db/queries/past-faults';
import type { Database } from '../../db/schema';
import { repair } from '../../domain/repair';
import type { EffectOf } from '../../domain/event';
import { DAY } from '../../domain/instant';
import { instantOfLocal, localDateOf } from '../../domain/zone';
import type { EffectRequest } from '../../workflows/contracts/effect-request';
import type { EffectAnswer } from '../../workflows/contracts/effects';

/** K9: repeated is what was there within 30 days; what makes a finding is counted by the local calendar month. */
const REPEATED_WITHIN = 30 * DAY;

/** Former repairs of the same asset, else in the same room, with the same fault. */
export async function lookBack(
  db: Kysely<Database>,
  { no, project, at, effect }: EffectRequest<EffectOf<'look-back'>>,
): Promise<EffectAnswer> {
  const { subtype, asset, roomIndex } = effect;
  if (asset === null && roomIndex === null) return told(null, 1);
  const month = localDateOf(at, project.zone).slice(0, 7);
  const monthBegins = instantOfLocal(`${month}-01`, '00:00', project.zone);
  const from = Math.min(monthBegins, at - REPEATED_WITHIN);
  const about = { project: project.id, family: repair.name, subtype, asset, roomIndex };
  const past = await pastFaults(db, { ...about, from, to: at, except: no });
  const repeated = past.find(({ reportedAt }) => reportedAt >= at - REPEATED_WITHIN);
  const inMonth = past.filter(({ reportedAt }) => reportedAt >= monthBegins).length + 1;
  return told(repeated?.no ?? null, inMonth);
}

function told(repeatOf: string | null, inMonth: number): EffectAnswer {
  return { command: { name: 'tell-past', data: { repeatOf, inMonth } } };
}

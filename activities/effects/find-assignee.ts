import type { Kysely } from 'kysely';
import { loadOf, onDuty } from '../../db/queries/roster';
import { zoneOfBuilding } from '../../db/queries/zone-of-building';
import type { Database } from '../../db/schema';
import { candidates, type Wanted } from '../../domain/candidates';
import type { EffectOf } from '../../domain/event';
import type { Instant } from '../../domain/instant';
import type { EffectRequest } from '../../workflows/contracts/effect-request';
import type { EffectAnswer } from '../../workflows/contracts/effects';

/** Whom to offer a job to, by roster, post, zone, skills and load of this moment; nobody when nobody is left. */
export async function findAssignee(
  db: Kysely<Database>,
  { project, effect }: EffectRequest<EffectOf<'find-assignee'>>,
  now: Instant,
): Promise<EffectAnswer> {
  const [first] = await ranked(db, project.id, effect, now);
  const found = first
    ? { person: first.staff, because: first.because, dutyUntil: first.until }
    : { person: null, because: 'nobody', dutyUntil: null };
  return { command: { name: 'offer-job', data: { ...found, post: effect.post } } };
}

/** Until when whoever has the job is on duty; when he is not any more, who takes it over. */
export async function lookUpDuty(
  db: Kysely<Database>,
  { project, effect }: EffectRequest<EffectOf<'look-up-duty'>>,
  now: Instant,
): Promise<EffectAnswer> {
  const { person } = effect;
  const here = (await onDuty(db, { project: project.id, at: now })).filter(({ staff }) => staff === person);
  // One duty without an end, or the last that ends.
  const until = here.some((duty) => duty.until === null) ? null : lastOf(here.map((duty) => duty.until ?? 0));
  if (here.length > 0 || !effect.relieve) return told({ person, dutyUntil: until, successor: null });
  const [next] = await ranked(db, project.id, { ...effect, passed: [...effect.passed, person] }, now);
  return told({ person, dutyUntil: null, successor: next?.staff ?? null });
}

function lastOf(instants: readonly Instant[]): Instant | null {
  return instants.length === 0 ? null : Math.max(...instants);
}

function told(data: {
  readonly person: string;
  readonly dutyUntil: Instant | null;
  readonly successor: string | null;
}): EffectAnswer {
  return { command: { name: 'tell-duty', data } };
}

async function ranked(
  db: Kysely<Database>,
  project: string,
  effect: Omit<Wanted, 'zone'> & { readonly building: string | null },
  at: Instant,
) {
  const people = await onDuty(db, { project, at });
  const [load, zone] = await Promise.all([
    loadOf(db, { project, staff: people.map(({ staff }) => staff) }),
    effect.building === null ? null : zoneOfBuilding(db, project, effect.building),
  ]);
  return candidates(people, { ...effect, zone }, load);
}

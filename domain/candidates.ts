import { STAFF } from './actor';
import type { Instant } from './instant';
import type { DutyPerson } from './roster';

/** What a job asks of its person. */
export interface Wanted {
  readonly post: string;
  readonly skills: readonly string[];
  readonly department: string;
  /** The zone (片区) of the building; null when it is in none, or the place is not known. */
  readonly zone: string | null;
  /** Who had it before in this round. */
  readonly passed: readonly string[];
}

export interface Candidate {
  readonly staff: string;
  readonly until: Instant | null;
  /** Why he comes when he comes: by zone and post, by post, or because the department has nobody of the post. */
  readonly because: 'zone' | 'post' | 'department';
}

/**
 * Who may get a job, best first (REP-016, REP-052): on duty, of the department, with all its skills; those of the post
 * and the zone before others of the post, and these before the rest of the department; among equals whoever owes least,
 * then by id, so that two lookups agree.
 */
export function candidates(
  people: readonly DutyPerson[],
  wanted: Wanted,
  load: ReadonlyMap<string, number>,
): Candidate[] {
  const post = STAFF.find((role) => role === wanted.department) ?? 'department_head';
  const best = new Map<string, Candidate & { readonly rank: number }>();
  for (const person of people) {
    const { staff, until } = person;
    const able = wanted.skills.every((skill) => person.skills.includes(skill));
    if (!able || person.department !== wanted.department || !person.roles.includes(post)) continue;
    if (wanted.passed.includes(staff)) continue;
    const because = reason(person, wanted);
    const rank = RANK[because];
    const known = best.get(staff);
    if (!known || rank < known.rank) best.set(staff, { staff, until, because, rank });
  }
  const owed = (staff: string): number => load.get(staff) ?? 0;
  return [...best.values()]
    .sort((a, b) => a.rank - b.rank || owed(a.staff) - owed(b.staff) || (a.staff < b.staff ? -1 : 1))
    .map(({ staff, until, because }) => ({ staff, until, because }));
}

const RANK = { zone: 0, post: 1, department: 2 } as const;

function reason(person: DutyPerson, { post, zone }: Wanted): Candidate['because'] {
  if (person.post !== post) return 'department';
  return zone !== null && person.zones.includes(zone) ? 'zone' : 'post';
}

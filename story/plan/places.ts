import type { PolicyPath } from '../../common/policy/issues';
import type { PlacesSpec } from '../../db/queries/company-places';
import type { StaffTies } from '../../db/queries/staff-ties';
import type { Role } from '../../domain/actor';
import type { RosterLine } from '../../domain/roster';
import type { StoryFile } from '../format/story';
import type { Context } from './context';
import type { Person } from './plan';

const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];
/** Long before any story. */
const LONG_AGO = '2020-01-01';

/** Posts, skills, zones, rosters and assets by project; what names none is of the first, lists are of all. */
export function placesOf(story: StoryFile, people: readonly Person[], projects: readonly string[]) {
  const first = projects[0] ?? '';
  return new Map(
    projects.map((project) => {
      const here = <T extends { readonly project?: string | undefined }>(all: Readonly<Record<string, T>> = {}) =>
        Object.entries(all).filter(([, { project: own = first }]) => own === project);
      const zones = here(story.zones).map(([id, { name = id, buildings }]) => ({ id, name, buildings }));
      const zoneOf = (building: string | undefined): string | null =>
        zones.find(({ buildings }) => building !== undefined && buildings.includes(building))?.id ?? null;
      const spec: PlacesSpec = {
        posts: listed(story.posts),
        skills: listed(story.skills),
        zones,
        ties: tiesIn(story, project),
        roster: here(story.roster).map(([id, line]) => lineOf(id, line, people)),
        assets: here(story.assets).map(([id, { kind, name = id, building, unit, zone, since, state }]) => ({
          ...{ id, kind, name, building: building ?? null, unit: unit ?? null, zone: zone ?? zoneOf(building) },
          ...{ inServiceSince: since ?? null, state: state ?? 'in-service' },
        })),
      };
      return [project, spec] as const;
    }),
  );
}

const listed = (names: Readonly<Record<string, string>> = {}) =>
  Object.entries(names).map(([id, name]) => ({ id, name }));

function tiesIn(story: StoryFile, project: string): Record<string, StaffTies> {
  const tied = Object.entries(story.staff ?? {}).filter(
    ([, { post, skills, zones, projects }]) =>
      (post ?? skills ?? zones) !== undefined && (projects === undefined || projects.includes(project)),
  );
  return Object.fromEntries(
    tied.map(([id, { post, skills, zones }]) => [id, { post: post ?? null, skills: skills ?? [], zones: zones ?? [] }]),
  );
}

type Line = NonNullable<StoryFile['roster']>[string];

function lineOf(id: string, line: Line, people: readonly Person[]): RosterLine {
  return {
    ...{ id, staff: line.staff, role: roleOf(line, people), post: line.post ?? null },
    ...{ from: line.from, to: line.to, weekdays: line.weekdays ?? EVERY_DAY },
    ...{ firstDay: line.first ?? LONG_AGO, lastDay: line.last ?? null },
  };
}

const roleOf = ({ staff, role }: Line, people: readonly Person[]): Role =>
  role ?? people.find(({ id }) => id === staff)?.role ?? 'system';

/** Names that a roster, an asset or a person uses and that nobody has. */
export function checkPlaces(story: StoryFile, context: Context): void {
  const known = {
    project: context.cast.projects.map(({ id }) => id),
    staff: context.cast.people.map(({ id }) => id),
    post: Object.keys(story.posts ?? {}),
    skill: Object.keys(story.skills ?? {}),
    zone: Object.keys(story.zones ?? {}),
  };
  const check = (kind: keyof typeof known, named: string | undefined, path: PolicyPath): void => {
    if (named === undefined || known[kind].includes(named)) return;
    const expected = `a ${kind} of this story: ${known[kind].join(', ') || 'none yet'}`;
    context.wrong(path, expected, 'unknown-name', known[kind]);
  };
  for (const [id, { project, staff, post }] of Object.entries(story.roster ?? {})) {
    check('project', project, ['roster', id, 'project']);
    check('staff', staff, ['roster', id, 'staff']);
    check('post', post, ['roster', id, 'post']);
  }
  for (const [id, { project, zone }] of Object.entries(story.assets ?? {})) {
    check('project', project, ['assets', id, 'project']);
    check('zone', zone, ['assets', id, 'zone']);
  }
  for (const [id, { project }] of Object.entries(story.zones ?? {}))
    check('project', project, ['zones', id, 'project']);
  for (const [id, { post, skills, zones }] of Object.entries(story.staff ?? {})) {
    check('post', post, ['staff', id, 'post']);
    for (const [index, skill] of (skills ?? []).entries()) check('skill', skill, ['staff', id, 'skills', index]);
    for (const [index, zone] of (zones ?? []).entries()) check('zone', zone, ['staff', id, 'zones', index]);
  }
}

import { z } from 'zod';
import { oneOf, strict } from '../../common/policy/scalars';
import { report } from '../../common/policy/issues';
import { expectations } from './expectations';
import { placesShape, tiesShape } from './places';
import { LINK_ACTIONS } from './links';
import { checkRequest, isRequest, requestFields, requestShape, STARTS } from './requests';
import { bool, count, json, listOf, mapping, moment, name, oneOrMore, role, text, who, zone } from './values';

/** A story file (docs/stories.md). Every mapping is strict: a key that nobody knows is an error. */

const server = oneOf(['worker', 'api'], 'a server');
const line = oneOf(['database', 'temporal'], 'a line');
const overrides = mapping(mapping(json, 'values by path'), 'families');

export const ACTIONS = [
  ...STARTS,
  'do',
  'request',
  ...LINK_ACTIONS,
  'import',
  'together',
  'stop',
  'start',
  'kill',
  'cut',
  'restore',
  'publish',
  'make-key',
  'revoke-key',
  'deactivate',
  'activate',
];

const step = strict({
  at: moment.optional(),
  /** Later moments can count from it. */
  name: name.optional(),
  /** A line for the timeline. */
  say: text.optional(),
  ...requestShape,
  together: listOf(requestFields, 'requests').optional(),
  stop: oneOrMore(server, 'servers').optional(),
  start: oneOrMore(server, 'servers').optional(),
  kill: oneOrMore(oneOf(['worker'], 'a server that is a process of its own'), 'servers').optional(),
  cut: oneOrMore(line, 'lines').optional(),
  restore: oneOrMore(line, 'lines').optional(),
  publish: overrides.optional(),
  'make-key': strict({
    name,
    role,
    projects: listOf(name, 'projects').optional(),
    /** Whose key; without one it is a machine's. */
    staff: name.optional(),
    expires: moment.optional(),
  }).optional(),
  'revoke-key': name.optional(),
  deactivate: name.optional(),
  activate: name.optional(),
  then: expectations.optional(),
}).superRefine((value, ctx) => {
  const actions = ACTIONS.filter((key) => (value as Readonly<Record<string, unknown>>)[key] !== undefined);
  if (actions.length > 1)
    report(ctx, 'contradiction', `one action in a step, not ${actions.join(' and ')}`, { path: [actions[1] ?? ''] });
  if (actions.length === 0 && !value.then && !value.say)
    report(ctx, 'missing', `an action (${ACTIONS.join(', ')}), "then" or "say"`);
  checkRequest(value, ctx);
  const asks = isRequest(value) || value.together !== undefined;
  for (const key of [
    'refused',
    'answer',
    'answers',
    'times',
    'save',
    'idempotency',
    'if-match',
    'dry-run',
    'headers',
  ] as const) {
    if (value[key] !== undefined && !asks)
      report(ctx, 'contradiction', `a request, which "${key}" belongs to`, { path: [key] });
  }
  if (value.together) {
    for (const key of ['refused', 'answer', 'times', 'save'] as const) {
      if (value[key] !== undefined)
        report(ctx, 'contradiction', `"${key}" inside the requests of "together"`, { path: [key] });
    }
  }
});
export type StoryStep = z.output<typeof step>;

const project = strict({ name: text.optional(), zone: zone.optional() });

const person = strict({
  role,
  name: text.optional(),
  /** All projects where it is left out. */
  projects: listOf(name, 'projects').optional(),
  department: z.string({ error: 'a department' }).nullable().optional(),
  active: bool.optional(),
  ...tiesShape,
});

const household = strict({
  project: name.optional(),
  building: text.optional(),
  unit: text.optional(),
  room: text,
  colour: oneOf(['red', 'yellow', 'green'], 'a colour').optional(),
  residents: listOf(strict({ id: name, name: text, phone: text.optional() }), 'residents').optional(),
});

export const story = strict({
  story: text,
  /** Requirement rows that it plays. */
  plays: listOf(text, 'requirement rows').optional(),
  begin: moment.optional(),
  zone: zone.optional(),
  projects: z.record(name, project, { error: 'a mapping from names to projects' }).optional(),
  staff: z.record(name, person, { error: 'a mapping from ids to people' }).optional(),
  /** Roles, or `role@project`, that nobody holds. */
  vacant: listOf(who, 'roles').optional(),
  households: z.record(name, household, { error: 'a mapping from ids to households' }).optional(),
  ...placesShape,
  policy: overrides.optional(),
  /** Real seconds it may take. */
  patience: count(1, 600).optional(),
  steps: listOf(step, 'steps').min(1, 'at least one step'),
  finally: expectations.optional(),
}).superRefine((value, ctx) => {
  if (value.zone && value.projects)
    report(ctx, 'contradiction', 'the zone in "projects", when there are any', { path: ['zone'] });
});
export type StoryFile = z.output<typeof story>;

import { z } from 'zod';
import { oneOf, strict } from '../../common/policy/scalars';
import { count, listOf, name, role, text } from './values';

/** What a story's company is worked at and by: posts, skills, zones, rosters, assets (docs/stories.md "The company"). */

const TIME = 'a local time like "08:00"';
const localTime = z.string({ error: TIME }).regex(/^(?:[01][0-9]|2[0-3]):[0-5][0-9]$/, TIME);
const DATE = 'a date like "2026-11-23"';
const localDate = z.iso.date({ error: DATE });
const named = (of: string) => z.record(name, text, { error: `a mapping from ids to names of ${of}` });

const zone = strict({ project: name.optional(), name: text.optional(), buildings: listOf(text, 'buildings') });

const asset = strict({
  project: name.optional(),
  /** lift, pump, door … */
  kind: name,
  name: text.optional(),
  building: text.optional(),
  unit: text.optional(),
  /** Left out: the zone of its building. */
  zone: name.optional(),
  since: localDate.optional(),
  state: oneOf(['in-service', 'out-of-service'], 'a state').optional(),
});

const line = strict({
  project: name.optional(),
  staff: name,
  /** Left out: his own. */
  role: role.optional(),
  post: name.optional(),
  from: localTime,
  to: localTime,
  /** 1 = Monday … 7 = Sunday; every day where it is left out. */
  weekdays: listOf(count(1, 7), 'weekdays').optional(),
  first: localDate.optional(),
  last: localDate.optional(),
});

/** In every project of the story, but for those that name one. */
export const placesShape = {
  posts: named('posts').optional(),
  skills: named('skills').optional(),
  zones: z.record(name, zone, { error: 'a mapping from ids to zones' }).optional(),
  assets: z.record(name, asset, { error: 'a mapping from ids to assets' }).optional(),
  roster: z.record(name, line, { error: 'a mapping from ids to shifts' }).optional(),
};

/** Of a person. */
export const tiesShape = {
  post: name.optional(),
  skills: listOf(name, 'skills').optional(),
  zones: listOf(name, 'zones').optional(),
};

import { z } from 'zod';
import { isZone } from '../../domain/zone';
import { at, atOrNull, departmentId, projectId } from './parts';

/** Projects, their calendars, and the lists of what there is in them: departments, posts, skills, zones. */

export const localDate = z.iso.date().meta({ description: 'A local date of the project', examples: ['2026-10-01'] });
/** Name of something that is no person. */
export const plainName = z.string().trim().min(1).max(80);
/** As people write it on the wall: `3`, `A 座`. */
export const buildingName = z.string().trim().min(1).max(40);

const zone = z
  .string()
  .max(60)
  .refine(isZone, { message: 'an IANA time zone, such as Asia/Shanghai' })
  .meta({ description: 'IANA time zone', examples: ['Asia/Shanghai'] });

export const newProject = z.strictObject({ id: projectId, name: plainName, zone }).meta({ id: 'NewProject' });

export const projectChange = z
  .strictObject({ name: plainName.optional(), zone: zone.optional() })
  .refine((change) => Object.keys(change).length > 0, { message: 'at least one field' })
  .meta({ id: 'ProjectChange' });

const dates = z
  .array(localDate)
  .max(1_000)
  .transform((all) => [...new Set(all)].sort());

export const projectDaysInput = z
  .strictObject({
    holidays: dates.meta({ description: 'Local dates without working time' }),
    workdays: dates.meta({ description: 'Local dates worked though they fall on a rest day (调休)' }),
  })
  .refine(({ holidays, workdays }) => !holidays.some((date) => workdays.includes(date)), {
    message: 'no date is both',
    path: ['workdays'],
  })
  .meta({ id: 'ProjectDaysInput' });

export const projectDaysView = z
  .object({
    /** Counted from 1; 0: there are none. */
    version: z.int(),
    holidays: z.array(z.string()),
    workdays: z.array(z.string()),
  })
  .meta({ id: 'ProjectDays' });

const entry = { id: z.string(), name: z.string(), retiredAt: atOrNull };
export const namedEntry = z.object(entry).meta({ id: 'NamedEntry' });
export const zoneEntry = z
  .object({ ...entry, buildings: z.array(z.string()) })
  .meta({ id: 'Zone', description: 'A zone (片区) and its buildings' });

export const listOf = <T extends z.ZodType>(item: T, id: string) =>
  z.object({ items: z.array(item), total: z.int(), asOf: at }).meta({ id });

export const namedInput = z.strictObject({ name: plainName }).meta({ id: 'NamedInput' });
export const zoneInput = z
  .strictObject({ name: plainName, buildings: z.array(buildingName).max(500) })
  .meta({ id: 'ZoneInput' });

export const staffTies = z
  .strictObject({
    /** What he usually works at; a line of the roster may say another. */
    post: departmentId.nullable(),
    skills: z.array(departmentId).max(100),
    zones: z.array(departmentId).max(100),
  })
  .meta({ id: 'StaffTies', description: 'What somebody works at in a project: post, skills, zones' });

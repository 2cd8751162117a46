import { z } from 'zod';
import { localDate } from './places';
import { at, atOrNull, departmentId, staffRole, subjectId } from './parts';
import { instant } from './text';
import { role } from './views';

/** Shifts, single days, stand-ins, and who is on duty. Shifts are local wall times of the project. */

const time = z
  .string()
  .max(5)
  .regex(/^(?:[01][0-9]|2[0-3]):[0-5][0-9]$/, 'a local time, such as 08:00')
  .meta({ description: 'Local wall time', examples: ['22:00'] });
const weekdays = z
  .array(z.int().min(1).max(7))
  .min(1)
  .max(7)
  .transform((days) => [...new Set(days)].sort())
  .meta({ description: '1 = Monday … 7 = Sunday, of the day on which the shift begins' });

const line = {
  staff: subjectId,
  role: staffRole,
  /** The post he stands at; left out: his own. */
  post: departmentId.nullish().transform((value) => value ?? null),
  from: time,
  /** Not after `from`: it ends on the next day; equal: a whole day. */
  to: time,
  weekdays,
  firstDay: localDate,
  lastDay: localDate.nullish().transform((value) => value ?? null),
};
/** What is asked of a shift as a whole, whoever reads it from where. Zod keeps what it is given, and changes it. */
export const isForward = ({ firstDay, lastDay }: { firstDay: string; lastDay?: string | null | undefined }) =>
  (lastDay ?? firstDay) >= firstDay;
export const forward = () => ({ message: 'not before firstDay', path: ['lastDay'] });

export const rosterLineInput = z.strictObject(line).refine(isForward, forward()).meta({ id: 'RosterLineInput' });

const shift = z.strictObject({ from: time, to: time }).meta({ id: 'ShiftTimes' });
export const dayInput = z
  .strictObject({ shift: shift.nullable().meta({ description: 'null: no shift on that day' }) })
  .meta({ id: 'RosterDayInput' });

/** What is asked of a stand-in as a whole. */
export const isLasting = ({ from, to }: { from: number; to: number }) => from < to;
export const lasting = () => ({ message: 'after from', path: ['to'] });
export const isOther = ({ staff, by }: { staff: string; by: string }) => staff !== by;
export const other = () => ({ message: 'somebody else', path: ['by'] });

export const substituteInput = z
  .strictObject({ staff: subjectId, by: subjectId, from: instant(), to: instant() })
  .refine(isLasting, lasting())
  .refine(isOther, other())
  .meta({ id: 'SubstituteInput', description: '`by` stands in for `staff` from the one instant to before the other' });

export const rosterLineView = z
  .object({
    id: z.string(),
    /** One more with every change. */
    revision: z.int(),
    staff: z.string(),
    role,
    post: z.string().nullable(),
    from: z.string(),
    to: z.string(),
    weekdays: z.array(z.int()),
    firstDay: z.string(),
    lastDay: z.string().nullable(),
  })
  .meta({ id: 'RosterLine' });

export const rosterDay = z
  .object({ line: z.string(), date: z.string(), shift: shift.nullable() })
  .meta({ id: 'RosterDay' });

export const substitute = z
  .object({ id: z.string(), staff: z.string(), by: z.string(), from: at, to: at })
  .meta({ id: 'Substitute' });

export const rosterView = z
  .object({
    project: z.string(),
    zone: z.string(),
    lines: z.array(rosterLineView),
    /** From yesterday on. */
    days: z.array(rosterDay),
    /** That are not over. */
    substitutes: z.array(substitute),
    asOf: at,
  })
  .meta({ id: 'Roster' });

const coverageItem = z
  .object({
    role,
    /** null: the role as a whole. */
    post: z.string().nullable(),
    from: at,
    to: at,
    staff: z.array(z.string()),
  })
  .meta({ id: 'RosterStretch' });

const dutyPerson = z
  .object({
    staff: z.string(),
    roles: z.array(role),
    department: z.string().nullable(),
    post: z.string().nullable(),
    zones: z.array(z.string()),
    skills: z.array(z.string()),
    /** null: always. */
    since: atOrNull,
    until: atOrNull,
    substituteFor: z.string().nullable(),
  })
  .meta({ id: 'DutyPerson', description: 'One entry per duty: somebody with several has several' });

export const dutyNow = z
  .object({
    at,
    onDuty: z.array(dutyPerson),
    /** Rostered roles and posts without anybody at this instant, and for how long. */
    gaps: z.array(coverageItem),
  })
  .meta({ id: 'DutyNow' });

export const rosterGaps = z
  .object({ from: at, to: at, gaps: z.array(coverageItem), overlaps: z.array(coverageItem) })
  .meta({ id: 'RosterGaps' });

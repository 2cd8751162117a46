import { z } from 'zod';
import type { Calendar } from '../../domain/calendar';
import { timeOfDay } from '../../domain/zone';
import { report } from './issues';
import { date, list, strict, window } from './scalars';

/** In the order of the domain's numbers: 1 = Monday. */
const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

const WINDOWS = 'opening hours in ascending order that do not overlap';

const day = z
  .array(window, { error: 'a list of opening hours like ["07:00-22:00"]' })
  .max(24, 'a list of 24 opening hours at most')
  .superRefine((windows, ctx) => {
    for (const [index, [from]] of windows.entries()) {
      const before = windows[index - 1];
      if (before && timeOfDay(from) < timeOfDay(before[1])) report(ctx, 'wrong-order', WINDOWS, { path: [index] });
    }
  })
  .optional();

const VERSION = 'a version in quotation marks, like "1"';

/** Working time as the file has it, compiled to the domain's. */
export const calendarSchema = strict({
  version: z.string({ error: VERSION }).regex(/^[\w.-]{1,40}$/, VERSION),
  windows: strict({
    monday: day,
    tuesday: day,
    wednesday: day,
    thursday: day,
    friday: day,
    saturday: day,
    sunday: day,
  }),
  holidays: list(date, 'dates').optional(),
  workdays: list(date, 'dates').optional(),
})
  .superRefine(({ windows, holidays = [], workdays = [] }, ctx) => {
    if (!WEEKDAYS.some((name) => (windows[name] ?? []).length > 0)) {
      report(ctx, 'contradiction', 'opening hours on one weekday at least', { path: ['windows'] });
    }
    if (workdays.length > 0 && (windows.monday ?? []).length === 0) {
      report(ctx, 'contradiction', 'opening hours on Monday, which workdays have', { path: ['windows'] });
    }
    for (const [index, workday] of workdays.entries()) {
      if (!holidays.includes(workday)) continue;
      report(ctx, 'contradiction', 'a date that is not among the holidays', { path: ['workdays', index] });
    }
  })
  .transform(({ version, windows, holidays, workdays }): Calendar => {
    const byNumber = WEEKDAYS.map((name, index) => [String(index + 1), windows[name] ?? []] as const);
    return {
      version,
      windows: Object.fromEntries(byNumber.filter(([, hours]) => hours.length > 0)),
      holidays: holidays ?? [],
      workdays: workdays ?? [],
    };
  });

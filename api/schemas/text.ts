import { z } from 'zod';
import { LOCALES } from '../../common/words';

/**
 * Free text as it came in. It never travels further as a string: `storeTexts` puts it into the vault and leaves a
 * TextRef in its place, so no text reaches a workflow or a table by accident.
 */
export class PlainText {
  constructor(readonly value: string) {}
}

const MAX_TEXT = 4_000;

/** Free text, 1 to 4,000 characters; kept encrypted. */
export function text() {
  return z
    .string()
    .trim()
    .min(1)
    .max(MAX_TEXT)
    .meta({ description: 'Free text; kept encrypted, shown masked' })
    .transform((value) => new PlainText(value));
}

/** An instant with its offset: `2026-11-22T09:00:00+08:00`. Becomes milliseconds since the epoch. */
export function instant() {
  return z.iso
    .datetime({ offset: true, message: 'an instant with zone, such as 2026-11-22T09:00:00+08:00' })
    .meta({ description: 'RFC 3339 instant with offset', examples: ['2026-11-22T09:00:00+08:00'] })
    .transform((value) => Date.parse(value));
}

/** A short code: department, subtype, pause reason, promise. */
export function code() {
  return z
    .string()
    .max(80)
    .regex(/^[a-z0-9][a-z0-9_.:@-]{0,79}$/, 'a code of lower-case letters, digits and _ . : @ -');
}

/** In which people are written to. */
export const language = z.enum(LOCALES).meta({ id: 'Language' });

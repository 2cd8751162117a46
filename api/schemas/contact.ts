import { z } from 'zod';
import { PlainText } from './text';

/** The ways in which a complaint comes (CMP-002 … CMP-007, CMP-012, CMP-110). */
const CHANNELS = [
  'phone',
  'hotline',
  'app',
  'wechat_official_account',
  'wechat_group',
  'online_platform',
  'front_desk',
  'home_visit_registration',
  'suggestion_box',
  'letter_box',
  'message_board',
  'device_alarm',
] as const;

export const channel = z.enum(CHANNELS).meta({ id: 'Channel' });

/** `3-2-1501`; kept in the vault and found by its blind index. */
export const room = z.string().trim().min(1).max(40);

export const caller = {
  name: z.string().trim().min(1).max(80).optional(),
  phone: z
    .string()
    .trim()
    .max(30)
    .regex(/^[0-9+() -]{5,30}$/, 'a telephone number')
    .optional(),
};

export interface Contact {
  readonly room?: string | undefined;
  readonly name?: string | undefined;
  readonly phone?: string | undefined;
}

/** Room, name and telephone stay together as one text of the vault; null when none was given. */
export function contactText({ room: place, name, phone }: Contact): PlainText | null {
  if (place === undefined && name === undefined && phone === undefined) return null;
  return new PlainText(JSON.stringify({ room: place, name, phone }));
}

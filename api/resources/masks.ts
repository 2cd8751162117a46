import { normalisePhone, normaliseRoom } from '../../common/crypto/blind-index';

/** What is shown of personal data to those who did not say why they need it. */

const HIDDEN = '***';
/** A number shorter than this would be told by what is left of it. */
const LONG_NUMBER = 10;

/** `3-2-1501` → `3-2-***` */
export function maskRoom(room: string): string {
  const parts = normaliseRoom(room).split('-');
  return [...parts.slice(0, -1), HIDDEN].join('-');
}

/** `138 0000 0012` → `138****0012` */
export function maskPhone(phone: string): string {
  const number = normalisePhone(phone);
  return number.length < LONG_NUMBER ? '****' : `${number.slice(0, 3)}****${number.slice(-4)}`;
}

/** `张伟` → `张**`, however long it is. */
export function maskName(name: string): string {
  const [first = ''] = name.trim();
  return `${first}**`;
}

/** `zhang.wei@example.com` → `z***@example.com` */
export function maskEmail(address: string): string {
  const [first = ''] = address;
  return `${first}${HIDDEN}${address.slice(address.lastIndexOf('@'))}`;
}

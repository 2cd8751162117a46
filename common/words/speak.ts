import { readArgs, type Reader } from './args';
import type { Locale } from './tables';
import { words } from './words';

/** The sentences of the timeline, of refusals and of notices. A code without words is shown as it is. */

/** What happened, as one line of a case's timeline. */
export function eventInWords(event: { readonly type: string; readonly data: object }, reader: Reader): string {
  return words(reader.locale).find('event', event.type, readArgs(event.data, reader)) ?? event.type;
}

/** Why a command was refused. */
export function refusalInWords(refusal: { readonly refused: string; readonly args: object }, reader: Reader): string {
  return words(reader.locale).find('refusal', refusal.refused, readArgs(refusal.args, reader)) ?? refusal.refused;
}

/** A message as its recipient reads it. A template may have words of its own for a kind of obligation. */
export function noticeInWords(
  notice: { readonly no: string; readonly template: string; readonly args: object },
  reader: Reader,
): string {
  const { find } = words(reader.locale);
  const { kind }: { kind?: unknown } = notice.args;
  const args = { ...readArgs(notice.args, reader), no: notice.no };
  const special = typeof kind === 'string' ? find('notice', `${notice.template}.${kind}`, args) : null;
  return special ?? find('notice', notice.template, args) ?? notice.template;
}

/** The headline of a message: what it is about, with the case's number. */
export function noticeTitle(
  { no, template, urgent }: { readonly no: string; readonly template: string; readonly urgent: boolean },
  locale: Locale,
): string {
  const { find, say } = words(locale);
  const title = find('notice-title', template) ?? template;
  return say(urgent ? 'delivery.urgent' : 'delivery.title', { title, no });
}

import { noticeInWords, noticeTitle, words, type Locale } from '../../common/words';
import type { Instant } from '../../domain/instant';
import type { TellableRow } from '../../db/queries/deliveries';

/** A message in the words of its recipient. It has personal data in it: it goes to its receiver and nowhere else. */
export interface Composed {
  readonly key: string;
  readonly caseNo: string;
  readonly project: string;
  readonly template: string;
  readonly args: Readonly<Record<string, string | number>>;
  readonly urgent: boolean;
  readonly obligation: string | null;
  readonly at: Instant;
  readonly title: string;
  /** What happened, and what somebody wrote about it. */
  readonly text: string;
}

/** @param written the text of the vault that belongs to it; null: none, or erased. */
export function compose(row: TellableRow, locale: Locale, written: string | null): Composed {
  const { key, caseNo, project, template, args, urgent, obligation, zone, sentAt } = row;
  const notice = { no: caseNo, template, args };
  const sentence = noticeInWords(notice, { locale, zone });
  return {
    ...{ key, caseNo, project, template, args, urgent, obligation },
    at: sentAt,
    title: noticeTitle({ ...notice, urgent }, locale),
    text: written === null ? sentence : `${sentence}\n\n${written}`,
  };
}

/** Several messages in one: their titles and texts, in their order. */
export function bundle(
  messages: readonly Composed[],
  locale: Locale,
): { readonly title: string; readonly text: string } {
  const [only, ...others] = messages;
  if (only && others.length === 0) return only;
  const { say } = words(locale);
  return {
    title: say('delivery.bundle', { count: messages.length }),
    text: messages.map(({ title, text }) => `■ ${title}\n${text}`).join('\n\n'),
  };
}

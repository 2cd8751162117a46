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
  /** Where its resident sees the case; null in what is not for him. */
  readonly link: string | null;
}

/** @param written the text of the vault that belongs to it; null: none, or erased. */
export function compose(row: TellableRow, locale: Locale, written: string | null, link: string | null): Composed {
  const { key, caseNo, project, template, args, urgent, obligation, zone, sentAt } = row;
  const notice = { no: caseNo, template, args };
  const sentence = noticeInWords(notice, { locale, zone });
  return {
    ...{ key, caseNo, project, template, args, urgent, obligation },
    at: sentAt,
    title: noticeTitle({ ...notice, urgent }, locale),
    text: written === null ? sentence : `${sentence}\n\n${written}`,
    link,
  };
}

/** Several messages in one: their titles and texts, in their order, and then the link of each case once. */
export function bundle(
  messages: readonly Composed[],
  locale: Locale,
): { readonly title: string; readonly text: string } {
  const [only, ...others] = messages;
  const { say } = words(locale);
  const links = [...new Set(messages.flatMap(({ link }) => link ?? []))].map((url) => say('delivery.link', { url }));
  const told = only && others.length === 0 ? [only.text] : messages.map(({ title, text }) => `■ ${title}\n${text}`);
  return {
    title: only && others.length === 0 ? only.title : say('delivery.bundle', { count: messages.length }),
    text: [...told, ...links].join('\n\n'),
  };
}

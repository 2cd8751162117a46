import en from '../../locales/en.json';
import zhCN from '../../locales/zh-CN.json';

/** The languages that staff and residents read; the first is the default (product.md "Words"). */
export const LOCALES = ['zh-CN', 'en'] as const;
export type Locale = (typeof LOCALES)[number];

/** ICU messages by key. Both languages have the same keys. */
export type WordKey = keyof typeof zhCN;

const TABLES: Readonly<Record<Locale, Readonly<Record<string, string>>>> = { 'zh-CN': zhCN, en };

export function tableOf(locale: Locale): Readonly<Record<string, string>> {
  return TABLES[locale];
}

/** The language for a tag such as `en-GB` or `zh-Hans`; the default for what is unknown or missing. */
export function localeOf(tag: string | null | undefined): Locale {
  const language = tag?.trim().toLowerCase().split(/[-_]/)[0] ?? '';
  return LOCALES.find((locale) => locale.toLowerCase().split('-')[0] === language) ?? LOCALES[0];
}

/** The codes of a vocabulary that have words: `received`, `closed`, … of `stage`. */
export function codesOf(vocabulary: string): string[] {
  const prefix = `${vocabulary}.`;
  return Object.keys(zhCN).flatMap((key) => (key.startsWith(prefix) ? [key.slice(prefix.length)] : []));
}

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
  return LOCALES.find((locale) => languageOf(locale) === languageOf(tag ?? '')) ?? LOCALES[0];
}

/** The one of our languages that a browser likes best (`Accept-Language: de, en-GB;q=0.8`); the default if it names none. */
export function localeAccepted(header: string | null | undefined): Locale {
  const wanted = (header ?? '').split(',').map((range) => {
    const [tag = '', quality = 'q=1'] = range.split(';').map((part) => part.trim());
    return { tag, quality: Number(quality.replace(/^q=/i, '')) };
  });
  const known = wanted.filter(({ tag, quality }) => quality > 0 && isKnown(tag)).sort((a, b) => b.quality - a.quality);
  return localeOf(known[0]?.tag);
}

const languageOf = (tag: string): string => tag.trim().toLowerCase().split(/[-_]/)[0] ?? '';
const isKnown = (tag: string): boolean => LOCALES.some((locale) => languageOf(locale) === languageOf(tag));

/** The codes of a vocabulary that have words: `received`, `closed`, … of `stage`. */
export function codesOf(vocabulary: string): string[] {
  const prefix = `${vocabulary}.`;
  return Object.keys(zhCN).flatMap((key) => (key.startsWith(prefix) ? [key.slice(prefix.length)] : []));
}

import { createHash } from 'node:crypto';

/** A piece of a page in which every text from outside is escaped. */
export class Html {
  constructor(readonly text: string) {}
}

type Part = Html | string | number | null | readonly Html[];

/** Puts pages together: whatever is no `Html` itself is escaped; null is nothing. */
export function safe(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const text = strings.map((fixed, index) => fixed + shown(parts[index] ?? null)).join('');
  return new Html(text);
}

function shown(part: Part): string {
  if (part === null) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(({ text }) => text).join('');
  return escaped(String(part));
}

export const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

/** The source of a policy that lets exactly this style or script into a page. */
export const inlineHash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

import { IntlMessageFormat } from 'intl-messageformat';
import { LOCALES, tableOf, type Locale, type WordKey } from './tables';

/** ICU arguments as they go into a message. */
export type WordArgs = Readonly<Record<string, string | number>>;

/** What stands in a message for an argument that was not given, or that is nothing. */
export const NONE = '—';

/** Keys `vocabulary.code`: `obligation.survey`, `role.manager`, `refusal.case-closed`. */
export type Vocabulary =
  | 'asset-kind'
  | 'asset-state'
  | 'care-colour'
  | 'channel'
  | 'command'
  | 'department'
  | 'end-reason'
  | 'event'
  | 'heading'
  | 'level'
  | 'notice'
  | 'notice-title'
  | 'obligation'
  | 'part-state'
  | 'pause-reason'
  | 'policy'
  | 'priority'
  | 'priority-reason'
  | 'purpose'
  | 'refusal'
  | 'resident-clock'
  | 'resident-done'
  | 'resident-event'
  | 'resident-refusal'
  | 'resident-stage'
  | 'role'
  | 'stage'
  | 'subject'
  | 'subtype'
  | 'type'
  | 'waiting'
  | 'weekday';

export interface Words {
  readonly locale: Locale;
  /** The message of a key, formatted. An argument that is missing never makes it fail. */
  say(key: WordKey, args?: WordArgs): string;
  /** Like `say`, for a code that may be unknown, of a newer version or another family; null then. */
  find(vocabulary: Vocabulary, code: string, args?: WordArgs): string | null;
}

const made = new Map<Locale, Words>(LOCALES.map((locale) => [locale, make(locale)]));

export function words(locale: Locale): Words {
  return made.get(locale) ?? make(locale);
}

function make(locale: Locale): Words {
  const table = tableOf(locale);
  const messages = new Map<string, IntlMessageFormat>();
  const format = (key: string, pattern: string, args: WordArgs): string => {
    let message = messages.get(key);
    if (!message) {
      message = new IntlMessageFormat(pattern, locale, undefined, { ignoreTag: true });
      messages.set(key, message);
    }
    const said = message.format<string>(withoutGaps(args));
    return Array.isArray(said) ? said.join('') : said;
  };
  const find = (key: string, args: WordArgs): string | null => {
    const pattern = Object.hasOwn(table, key) ? table[key] : undefined;
    return pattern === undefined ? null : format(key, pattern, args);
  };
  return {
    locale,
    say: (key, args = {}) => find(key, args) ?? key,
    find: (vocabulary, code, args = {}) => find(`${vocabulary}.${code}`, args),
  };
}

/** intl-messageformat throws for a missing argument; whoever reads a message is better served by the rest of it. */
function withoutGaps(args: WordArgs): Record<string, string | number> {
  return new Proxy<Record<string, string | number>>(
    { ...args },
    {
      has: () => true,
      get: (target, name) => (typeof name === 'string' && Object.hasOwn(target, name) ? target[name] : NONE),
    },
  );
}

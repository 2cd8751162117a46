/** Everything that people read: words of locales/, instants, lengths, explanations, events, refusals and notices. */
export { obligationInWords, readArgs, type Reader } from './args';
export { explainInWords } from './explain';
export { eventInWords, noticeInWords, noticeTitle, refusalInWords } from './speak';
export { codesOf, LOCALES, localeAccepted, localeOf, tableOf, type Locale, type WordKey } from './tables';
export { formatDuration, formatInstant, formatLateness } from './time';
export { words, type Vocabulary, type WordArgs, type Words } from './words';

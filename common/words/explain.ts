import type { Explanation } from '../../domain/explain';
import type { DueMove } from '../../domain/obligation';
import { obligationInWords } from './args';
import { formatDuration, formatInstant } from './time';
import type { Locale } from './tables';
import { words, type WordArgs } from './words';

/** The explanation line of every cause for which a due instant moves. */
const MOVED = {
  pause: 'explain.moved.pause',
  'plan-confirmed': 'explain.moved.plan-confirmed',
  reclassified: 'explain.moved.reclassified',
  extended: 'explain.moved.extended',
  'promise-moved': 'explain.moved.promise-moved',
} as const satisfies Readonly<Record<DueMove['cause'], string>>;

/**
 * Why an obligation is due when it is, as sentences: policy, start, limit, the stretches in which the clock ran (where
 * it did not simply run on), pauses, moves, and the due instant. Times are those of the project's zone.
 */
export function explainInWords(explanation: Explanation, locale: Locale): string[] {
  const { say, find } = words(locale);
  const { zone, policy, calendar, pauses, moves } = explanation;
  const at = (instant: number) => formatInstant(instant, zone, locale);
  const obligation = obligationInWords(explanation.obligation, { locale, zone });
  const limit: WordArgs = {
    limit: formatDuration(explanation.limit, locale),
    // A pause leaves the limit as it is; any other move makes a new one.
    moved: String(moves.some((move) => move.cause !== 'pause')),
  };
  return [
    say('explain.policy', { policy: find('policy', policy.id) ?? policy.id, version: policy.version }),
    ...because(explanation, locale),
    say('explain.start', { obligation, start: at(explanation.start), zone }),
    calendar
      ? say('explain.limit-calendar', { ...limit, calendar: calendar.name, version: calendar.version })
      : say('explain.limit', limit),
    ...(calendar || pauses.length > 0 ? ranInWords(explanation, locale) : []),
    ...pauses.map(({ from, to }) =>
      to === null
        ? say('explain.pause-open', { from: at(from) })
        : say('explain.pause', { from: at(from), to: at(to), amount: formatDuration(to - from, locale) }),
    ),
    ...moves.map((move) => say(MOVED[move.cause], { at: at(move.at), old: at(move.old), new: at(move.new) })),
    ...dueInWords(explanation, locale),
  ];
}

/** Why the clocks are those of another priority than the policy's. */
function because({ priorityReason }: Explanation, locale: Locale): string[] {
  const reason = priorityReason === null ? null : words(locale).find('priority-reason', priorityReason);
  return reason === null ? [] : [reason];
}

function ranInWords({ ran, zone }: Explanation, locale: Locale): string[] {
  return ran.map(({ from, to }) =>
    words(locale).say('explain.ran', {
      from: formatInstant(from, zone, locale),
      to: formatInstant(to, zone, locale),
      amount: formatDuration(to - from, locale),
    }),
  );
}

function dueInWords({ dueAt, dueBase, zone }: Explanation, locale: Locale): string[] {
  const { say } = words(locale);
  if (dueAt === null) return [say('explain.due-open')];
  const due = say('explain.due', { due: formatInstant(dueAt, zone, locale) });
  return dueAt === dueBase ? [due] : [due, say('explain.due-base', { base: formatInstant(dueBase, zone, locale) })];
}

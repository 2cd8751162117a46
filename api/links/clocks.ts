import { formatDuration, formatInstant, words, type Locale } from '../../common/words';
import { openObligations, termsOf } from '../../domain/book';
import { isoOf, type Instant } from '../../domain/instant';
import { rungToTell } from '../../domain/ladder';
import { isPaused, type Obligation } from '../../domain/obligation';
import type { CaseState } from '../../domain/state';
import type { ResidentView } from '../schemas/links';

type ResidentClock = ResidentView['clocks'][number];

/** Who looks, in which language, and when. */
export interface Looking {
  readonly locale: Locale;
  readonly now: Instant;
}

/**
 * The open clocks that are about him, soonest first: the same instants that staff see. Those of which `locales/` has no
 * words for residents (an offer to a technician, a department's part) are none of his business.
 */
export function clocksOf(state: CaseState, looking: Looking): ResidentClock[] {
  return openObligations(state)
    .sort((a, b) => a.dueAt - b.dueAt)
    .flatMap((obligation) => clockOf(state, obligation, looking) ?? []);
}

function clockOf(state: CaseState, obligation: Obligation, { locale, now }: Looking): ResidentClock | null {
  const { say, find } = words(locale);
  const what = find('resident-clock', obligation.kind);
  if (what === null) return null;
  const { id, kind, dueAt, overdue } = obligation;
  const paused = isPaused(obligation);
  const amount = formatDuration(dueAt - now, locale);
  const left = overdue || dueAt <= now ? say('resident-page.late', { amount }) : say('resident-page.left', { amount });
  return {
    ...{ id, kind, what, dueAt: isoOf(dueAt), due: formatInstant(dueAt, state.project.zone, locale) },
    left: paused ? say('resident-page.paused') : left,
    state: paused ? 'paused' : overdue ? 'late' : 'running',
    then: paused ? null : thenOf(state, obligation, locale),
  };
}

/** What happens when it is missed, or what has happened since: whom it is told to, by post and not by name. */
function thenOf(state: CaseState, obligation: Obligation, locale: Locale): string | null {
  const { say, find } = words(locale);
  if (obligation.owedBy.as === 'resident') return say('resident-page.then-reminded');
  const named = (role: string) => ({ role: find('role', role) ?? role });
  const told = obligation.escalations.at(-1);
  if (obligation.overdue) return told ? say('resident-page.was-told', named(told.role)) : null;
  const { ladder } = termsOf(state, obligation);
  const rung = ladder?.rungs[rungToTell(0, obligation, ladder, obligation.dueAt, state.project.zone)];
  return rung ? say('resident-page.then-told', named(rung.role)) : null;
}

import { formatInstant, words, type Locale } from '../../common/words';
import type { Actor } from '../../domain/actor';
import { isoOf, type Instant } from '../../domain/instant';
import { askedOf, offersOf, reopeningScore } from '../../domain/resident';
import { CLOSED_STAGES } from '../../domain/slices/stage';
import type { CaseState } from '../../domain/state';
import type { LinkHolder } from '../auth/links';
import { actorOf } from '../cases/admit';
import type { FoundCase } from '../cases/find';
import type { ApiDeps } from '../deps';
import { familyOf, stateOf } from '../families';
import type { ResidentView } from '../schemas/links';
import { clocksOf } from './clocks';
import { pastOf, type Past } from './timeline';

/**
 * A case as its resident sees it: in plain words, by the clocks that staff see, without names, rooms, telephones or what
 * staff write among themselves.
 */
export async function residentViewOf(
  deps: ApiDeps,
  found: FoundCase,
  holder: LinkHolder,
  { locale, now }: { readonly locale: Locale; readonly now: Instant },
): Promise<ResidentView> {
  const { snapshot } = found;
  const policy = await deps.directory.policy(snapshot.state.policy.id, snapshot.state.policy.version);
  const state = stateOf(snapshot, policy);
  const past = await pastOf(deps, state, holder.id, locale);
  const clocks = clocksOf(state, { locale, now });
  const { no, family, seq, stage, closedAt } = state;
  const by: Actor = actorOf(holder);
  const acts = offersOf(familyOf(family), state, holder.link.rights, { by, at: now });
  return {
    ...{ no, family, seq, stage, language: locale },
    project: (await deps.directory.project(found.project))?.name ?? found.project,
    about: aboutOf(state, locale),
    status: words(locale).find('resident-stage', stage) ?? words(locale).find('stage', stage) ?? stage,
    closed: CLOSED_STAGES.includes(stage),
    reportedAt: isoOf(state.reportedAt),
    closedAt: closedAt === null ? null : isoOf(closedAt),
    reopenUntil: closedAt === null || state.ended ? null : isoOf(closedAt + policy.reopen.within),
    // What he owes himself comes before what he waits for.
    next: clocks.find(({ kind }) => kind === 'owner-confirm') ?? clocks[0] ?? null,
    clocks,
    asked: questionOf(state, past, locale),
    acts,
    reopensUpTo: reopeningScore(state, acts),
    timeline: [...past.items],
    linkExpiresAt: isoOf(holder.link.expiresAt),
    asOf: isoOf(now),
  };
}

/** `电梯异响`: what it is about, as far as it is no secret. */
function aboutOf({ type, subtype }: CaseState, locale: Locale): string | null {
  const { find } = words(locale);
  return (subtype === null ? null : find('subtype', subtype)) ?? (type === null ? null : find('type', type));
}

function questionOf(state: CaseState, past: Past, locale: Locale): ResidentView['asked'] {
  const subject = askedOf(state);
  if (subject === null) return null;
  const asking = past.last(subject === 'plan' ? 'plan-proposed' : 'fed-back');
  const finishAt = asking?.event.type === 'plan-proposed' ? asking.event.data.finishAt : null;
  return {
    ...{ subject, text: asking?.text ?? null, finishAt: finishAt === null ? null : isoOf(finishAt) },
    finish: finishAt === null ? null : formatInstant(finishAt, state.project.zone, locale),
  };
}

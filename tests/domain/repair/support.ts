import { repair } from '../../../domain/repair';
import type { RepairPolicy } from '../../../domain/repair/policy';
import type { RepairOpening, RepairState } from '../../../domain/repair/state';
import type { Actor } from '../../../domain/actor';
import type { Instant } from '../../../domain/instant';
import { DAY, HOUR } from '../../../domain/instant';
import { defaultPolicy, ENGINEER, FamilyPlay, MONDAY_9, openingWith, text, type OptionsOf } from '../support';

export * from '../support';

export const REPAIR_POLICY: RepairPolicy = defaultPolicy('repair');

export const OTHER_ENGINEER: Actor = { id: 'engineer-qi', role: 'engineering', department: 'engineering' };

export type RepairOptions = OptionsOf<RepairOpening>;

export const URGENT_FAULT: RepairOptions = { subtype: 'burst_pipe' };
export const ROUTINE_FAULT: RepairOptions = { subtype: 'bulb' };
export const TRAPPED: RepairOptions = { subtype: 'lift_entrapment' };

export function repairOpening(options: RepairOptions = {}): RepairOpening {
  const own = { photoConsent: false, circumstances: null, expectedResult: null };
  return openingWith({ no: 'R-7K2M-94QD', subtype: 'bulb', policy: REPAIR_POLICY, ...own }, options);
}

/** A repair played by the pure engine. */
export class RepairPlay extends FamilyPlay<RepairState, RepairOpening> {
  constructor(options: RepairOptions = {}) {
    super(repair, repairOpening(options), options.at);
  }

  /** The roster names somebody, or nobody. */
  offer(to: Actor | null, dutyUntil: Instant | null = null) {
    return this.answered('offer-job', { person: to?.id ?? null, because: 'post', dutyUntil });
  }
}

export const GOOD = { score: 5, solved: true, conduct: true, comment: null } as const;
export const REPAIR_BODY = {
  contact: { note: null, eta: null },
  arrive: { checklist: ['badgeShown', 'shoeCovers'] },
  survey: (finishAt: Instant) => ({ findings: text('findings'), plan: text('plan'), finishAt }),
  complete: { result: text('result'), siteCleared: true, files: [] },
} as const;

/** The job is offered to somebody, who accepts. */
export function accepted(options: RepairOptions = {}, by: Actor = ENGINEER): RepairPlay {
  const play = new RepairPlay(options);
  play.offer(by);
  play.do('accept', {}, { by });
  return play;
}

/** Somebody who has it goes there and does it. */
export function completed(play: RepairPlay, by: Actor = ENGINEER): RepairPlay {
  play.do('arrive', REPAIR_BODY.arrive, { by });
  if (play.open().some((id) => id.startsWith('survey'))) {
    play.do('survey', REPAIR_BODY.survey(play.now + 2 * HOUR), { by });
  }
  play.do('complete', REPAIR_BODY.complete, { by });
  return play;
}

export function toCallback(options: RepairOptions = {}): RepairPlay {
  return completed(accepted(options));
}

/** 10:00 of a later day, when people may be called. */
export function tomorrow(play: RepairPlay, days = 1): Instant {
  return MONDAY_9 + HOUR + Math.ceil((play.now - MONDAY_9 - HOUR) / DAY) * DAY + (days - 1) * DAY;
}

import { HOUR, MINUTE } from '../../domain/instant';
import { CLERK, MANAGER, OTHER_CLERK, RESIDENT, ROUTINE, SUPERVISOR, openingOf, text } from '../domain/support';
import { disputeOpening } from '../domain/dispute/support';
import { revisionOpening } from '../domain/standard-revision/support';
import { ENGINEER, OTHER_ENGINEER, repairOpening, type RepairOptions } from '../domain/repair/support';
import type { EffectOf, Opening } from '../../domain/event';
import { FIRST_RULES, RULES } from '../../domain/rules';
import type { TestCase } from '../workflows/support/case';
import type { EffectRequest } from '../../workflows/contracts/effect-request';
import type { EffectActivities, EffectAnswer } from '../../workflows/contracts/effects';
import type { Stage } from './scenarios';

/** Who is asked for a job, one after the other; then nobody. */
const TURNS = [ENGINEER.id, OTHER_ENGINEER.id];

/** An asset that has failed twice this month. */
export const THIRD_FAULT = 'lift-3-2';

/** The outside of recorded repairs: a roster of two, a fault that was there before, a repair for a complaint. */
export const outside: EffectActivities = {
  carryOut: (request) => Promise.resolve(answer(request)),
};

function answer({ no, at, effect, project }: EffectRequest): EffectAnswer {
  switch (effect.kind) {
    case 'find-assignee': {
      const person = TURNS.find((id) => !effect.passed.includes(id)) ?? null;
      return { command: { name: 'offer-job', data: { person, because: 'post', dutyUntil: null } } };
    }
    case 'look-up-duty': {
      const successor = effect.relieve ? OTHER_ENGINEER.id : null;
      const dutyUntil = effect.relieve ? null : at + 3 * HOUR;
      return { command: { name: 'tell-duty', data: { person: effect.person, dutyUntil, successor } } };
    }
    case 'look-back': {
      const inMonth = effect.asset === THIRD_FAULT ? 3 : 1;
      return { command: { name: 'tell-past', data: { repeatOf: null, inMonth } } };
    }
    case 'start-case':
      return childOf(no, effect, { at, project });
    default:
      return { command: null };
  }
}

const WORKFLOWS: Readonly<Record<string, string>> = { 'standard-revision': 'standardRevisionWorkflow' };

function childOf(
  parent: string,
  { family, subtype }: EffectOf<'start-case'>,
  { at, project }: Pick<EffectRequest, 'at' | 'project'>,
): EffectAnswer {
  const no = `${family}-of-${parent}`;
  const about = { at, no, record: { rootCase: parent } };
  const openings: Readonly<Record<string, () => Opening>> = {
    repair: () => repairOpening({ ...about, subtype }),
    complaint: () => openingOf({ ...about, subtype: null }),
    dispute: () => disputeOpening(about),
    'standard-revision': () => revisionOpening(about),
  };
  const opening = openings[family]?.();
  if (!opening) throw new Error(`no opening of ${family}`);
  const input = { opening: { ...opening, project }, startKey: no, bodyHash: no };
  return {
    start: { workflowType: WORKFLOWS[family] ?? `${family}Workflow`, input },
    command: { name: 'link-case', data: { no, family } },
  };
}

const START: RepairOptions = { photoConsent: true };
const FILE = '00000000-0000-4000-8000-000000000001';
const TO_ENGINEER = { by: ENGINEER };
const TO_OTHER = { by: OTHER_ENGINEER };
const ANSWER = { score: 5, solved: true, conduct: true, comment: null };

async function worked(played: TestCase<Opening>, { world, at }: Stage, from: number): Promise<void> {
  await played.do('arrive', { checklist: ['badge_shown'] }, TO_OTHER);
  await played.do('survey', { findings: text('f'), plan: text('p'), finishAt: at + from + 3 * HOUR }, TO_OTHER);
  await world.until(at + from + HOUR);
  await played.do('complete', { result: text('done'), siteCleared: true, files: [] }, TO_OTHER);
}

/** Given back on the way, given to another on the spot: he has to come himself, but under the former rules he was there. */
async function inOtherHands(stage: Stage, rules: number): Promise<TestCase<Opening>> {
  const { world, at } = stage;
  const played = await world.startRepair({ ...START, at, rules, subtype: 'bulb' });
  await world.until(at + 10);
  await played.do('accept', {}, TO_ENGINEER);
  await played.do('depart', { eta: at + HOUR }, TO_ENGINEER);
  await played.do('release', { reason: text('r') }, TO_ENGINEER);
  await world.until(at + MINUTE);
  await played.do('accept', {}, TO_OTHER);
  await played.do('arrive', { checklist: [] }, TO_OTHER);
  await played.do('assign', { to: ENGINEER.id });
  if (rules === FIRST_RULES) await played.refused('arrive', { checklist: [] }, TO_ENGINEER);
  else await played.do('arrive', { checklist: [] }, TO_ENGINEER);
  await played.do('survey', { findings: text('f'), plan: text('p'), finishAt: at + 3 * HOUR }, TO_ENGINEER);
  await played.do('assign', { to: OTHER_ENGINEER.id });
  if (rules !== FIRST_RULES) await played.do('arrive', { checklist: [] }, TO_OTHER);
  await world.until(at + HOUR);
  await played.do('complete', { result: text('done'), siteCleared: true, files: [] }, TO_OTHER);
  if (rules !== FIRST_RULES) await played.refused('withdraw', { reason: text('r') });
  await played.do('callback', ANSWER, { by: OTHER_CLERK });
  return played;
}

export const REPAIRS: Readonly<Record<string, (stage: Stage) => Promise<TestCase<Opening>>>> = {
  /** Offered, declined, lapsed, grabbed, given back, assigned; promises; photos; two callbacks; closed and reopened. */
  'repair-many-hands': async (stage) => {
    const { world, at } = stage;
    const played = await world.startRepair({ ...START, at, subtype: 'leak' });
    await world.until(at + 10);
    await played.do('decline', { reason: null }, TO_ENGINEER);
    await world.until(at + 4 * MINUTE);
    await played.do('grab', {}, TO_ENGINEER);
    await played.do('contact', { note: null, eta: at + HOUR }, TO_ENGINEER);
    await played.do('release', { reason: text('r') }, TO_ENGINEER);
    await played.do('assign', { to: OTHER_ENGINEER.id });
    await played.do('depart', { eta: at + HOUR }, TO_OTHER);
    await played.do('move-eta', { eta: at + 1.5 * HOUR, reason: text('r') }, TO_OTHER);
    await played.do('set-photo-consent', { consent: true });
    await played.do('regrade', { subtype: 'blocked_pipe', priority: null, reason: text('r') }, { by: MANAGER });
    await played.do('arrive', { checklist: [] }, TO_OTHER);
    await played.do('survey', { findings: text('f'), plan: text('p'), finishAt: at + 5 * HOUR }, TO_OTHER);
    await played.do('propose-plan', { cause: text('c'), plan: text('p'), finishAt: at + 6 * HOUR }, TO_OTHER);
    await played.do('add-photos', { files: [FILE] }, TO_OTHER);
    await world.until(at + 2 * HOUR);
    await played.do('complete', { result: text('done'), siteCleared: true, files: [] }, TO_OTHER);
    await played.do('callback-attempt', {}, { by: OTHER_CLERK });
    await played.do('callback', { ...ANSWER, solved: false }, { by: OTHER_CLERK });
    await world.until(at + 3 * HOUR);
    await played.do('assign', { to: OTHER_ENGINEER.id });
    await worked(played, stage, 3 * HOUR);
    await played.do('callback', ANSWER, { by: OTHER_CLERK });
    await played.do('second-callback', ANSWER, { by: SUPERVISOR });
    return played;
  },

  'repair-in-other-hands': (stage) => inOtherHands(stage, RULES),
  'repair-in-other-hands-former': (stage) => inOtherHands(stage, FIRST_RULES),

  /** Whoever it is offered to leaves, then the next one who has it, in the house. */
  'repair-relieved': async ({ world, at }) => {
    const played = await world.startRepair({ ...START, at, subtype: 'leak' });
    await world.until(at + 10);
    const relieve = (from: string, to: string) =>
      played.do('relieve', { from, to, role: null, reason: text('r') }, { by: SUPERVISOR });
    await relieve(ENGINEER.id, OTHER_CLERK.id);
    await world.until(at + MINUTE);
    await played.do('accept', {}, TO_OTHER);
    await played.do('arrive', { checklist: [] }, TO_OTHER);
    await relieve(OTHER_ENGINEER.id, ENGINEER.id);
    await relieve(CLERK.id, OTHER_CLERK.id);
    await world.until(at + HOUR);
    return played;
  },

  /** A complaint starts a repair; each knows the other. */
  'complaint-starts-a-repair': async ({ world, at }) => {
    const played = await world.start({ ...ROUTINE, at });
    await played.do('start-repair', { subtype: 'bulb', asset: null, note: null });
    await world.until(at + MINUTE);
    return played;
  },

  /** An alarm at work hours, the end of a shift, closed by a manager with a reason, rated after all. */
  'repair-alarm-shift-end': async (stage) => {
    const { world, at } = stage;
    const opened = { ...START, at, subtype: 'lift_fault', record: { source: 'alarm' } } as const;
    const played = await world.startRepair(opened);
    await world.until(at + 10);
    await played.do('accept', {}, TO_ENGINEER);
    await played.do('assign', { to: OTHER_ENGINEER.id });
    await played.do('assign', { to: ENGINEER.id });
    await world.until(at + 4 * HOUR);
    await worked(played, stage, 4 * HOUR);
    await played.do('close-unsatisfied', { reason: text('r') }, { by: MANAGER });
    await played.do('rate', { score: 4, comment: null }, { by: RESIDENT });
    return played;
  },
};

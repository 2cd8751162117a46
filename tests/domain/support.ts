import { complaint } from '../../domain/complaint';
import type { ComplaintPolicy } from '../../domain/complaint/policy';
import type { ComplaintOpening, ComplaintState } from '../../domain/complaint/state';
import type { JournalEvent, OpenedRecord, Opening, TextRef } from '../../domain/event';
import type { Instant } from '../../domain/instant';
import type { FamilyPolicy } from '../../domain/policy';
import { RULES } from '../../domain/rules';
import { defaultPolicy as asVersion } from '../support/default-policies';
import { CLERK, MANAGER, RESIDENT, SUPERVISOR } from './people';
import { FamilyPlay, foldedOf } from './play';

export * from './people';
export * from './play';

export const SHANGHAI = 'Asia/Shanghai';

/** `2026-11-23 09:00` or `2026-11-23 09:00:00.001` by the clock of Shanghai, which is UTC+8 the year round. */
export function sh(local: string): Instant {
  const [date = '', time = '00:00'] = local.split(' ');
  const instant = Date.parse(`${date}T${time.length === 5 ? `${time}:00` : time}+08:00`);
  if (Number.isNaN(instant)) throw new Error(`not a local time: ${local}`);
  return instant;
}

/** A policy that comes with the program, as version 7. */
export const defaultPolicy = <P extends FamilyPolicy>(family: string): P => asVersion<P>(family, 7);

export const POLICY: ComplaintPolicy = defaultPolicy('complaint');

export function text(ref: string): TextRef {
  return { ref, digest: `digest-of-${ref}` };
}

/** A Monday morning. */
export const MONDAY_9 = sh('2026-11-23 09:00');

/** A report by telephone from the third house. */
export const RECORD: OpenedRecord = {
  source: 'live',
  channel: 'phone',
  building: '3',
  unit: '2',
  asset: null,
  roomIndex: null,
  phoneIndex: null,
  careColour: null,
  repeatOf: null,
  rootCase: null,
  expectedResolutionAt: null,
};

/** What a test says of an opening; the rest is a report by telephone on a Monday morning. */
export type OptionsOf<O extends Opening> = Partial<Omit<O, 'record' | 'project'>> & {
  /** When it is typed in; `reportedAt` and `receivedAt` follow when they are not given. */
  readonly at?: Instant;
  readonly zone?: string;
  readonly record?: Partial<O['record']>;
};

type Common =
  | 'mode'
  | 'rules'
  | 'reportedAt'
  | 'receivedAt'
  | 'by'
  | 'type'
  | 'subtype'
  | 'priority'
  | 'level'
  | 'matter'
  | 'contact';

/** An opening of any family. @param own what only its family has, and what differs there */
export function openingWith<O extends Opening>(
  own: Omit<O, Common | 'record' | 'project'> & Partial<Pick<O, Common>>,
  options: OptionsOf<O>,
): O {
  const { at = MONDAY_9, zone = SHANGHAI, record, ...rest } = options;
  const common: Pick<Opening, Common> = {
    mode: 'live',
    rules: RULES,
    reportedAt: at,
    receivedAt: at,
    by: CLERK,
    type: null,
    subtype: null,
    priority: null,
    level: null,
    matter: text('matter'),
    contact: null,
  };
  const all = { ...common, ...own, ...rest, project: { id: 'lakeside', zone }, record: { ...RECORD, ...record } };
  return all as unknown as O;
}

export type OpenOptions = OptionsOf<ComplaintOpening>;

export function openingOf(options: OpenOptions = {}): ComplaintOpening {
  const own = { restatement: null, restatementConfirmed: null, departments: null };
  return openingWith({ no: 'C-7K2M-94QD', subtype: 'lighting', policy: POLICY, ...own }, options);
}

export const URGENT: OpenOptions = { subtype: 'power_cut' };
export const IMPORTANT: OpenOptions = { subtype: 'lift' };
export const NOISE: OpenOptions = { subtype: 'noise' };
export const ROUTINE: OpenOptions = { subtype: 'lighting' };
export const UNCLASSIFIED: OpenOptions = { subtype: null };

/** A complaint played by the pure engine. */
export class Play extends FamilyPlay<ComplaintState, ComplaintOpening> {
  constructor(options: OpenOptions = {}) {
    super(complaint, openingOf(options), options.at);
  }
}

export function folded(opening: ComplaintOpening, journal: readonly JournalEvent[]): ComplaintState {
  return foldedOf(complaint, opening, journal);
}

/** Bodies of commands that tests don't look into. */
export const BODY = {
  acknowledge: { note: null },
  survey: { findings: text('findings') },
  plan: (finishAt: Instant) => ({ cause: text('cause'), plan: text('plan'), finishAt }),
  measure: (dueAt: Instant) => ({ measure: text('measure'), dueAt, notice: text('notice'), places: ['3-2'] }),
  feedBack: { written: text('written'), faceToFace: true, reason: null, promises: [] },
  close: { rootCause: text('cause'), preventiveAction: text('prevention'), similarRisksChecked: true },
  accept: { accepted: true, score: null, comment: null },
  reject: { accepted: false, score: null, comment: text('comment') },
  progress: { text: text('progress') },
  pause: (until: Instant) => ({ reason: 'waiting-for-resident', until, note: null }),
  test: { agency: 'EPB', result: text('result'), plan: text('correction') },
} as const;

/** Takes every part of the case and does it, as a supervisor may for every department. */
export function workDone(play: Play, at: Instant = play.now): void {
  for (const { department, state } of Object.values(play.state.parts)) {
    if (state === 'done' || state === 'cancelled') continue;
    play.do('complete-part', { department, result: text('result') }, { by: SUPERVISOR, at });
  }
}

/** From anywhere in the handling of a case that needs no plan, to review with the result accepted. */
export function toReview(play: Play, at: Instant = play.now): Play {
  workDone(play, at);
  play.do('feed-back', BODY.feedBack, { at });
  play.do('owner-answer', BODY.accept, { at, by: RESIDENT });
  return play;
}

export function toClosed(play: Play, at: Instant = play.now): Play {
  toReview(play, at);
  play.do('close', BODY.close, { at, by: MANAGER });
  return play;
}

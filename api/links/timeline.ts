import { codesOf, formatInstant, readArgs, words, type Locale } from '../../common/words';
import type { JournalEvent } from '../../domain/event';
import { isoOf } from '../../domain/instant';
import type { CaseState } from '../../domain/state';
import { latestOf } from '../../db/queries/journal-read';
import { textsOf } from '../resources/texts';
import type { ApiDeps } from '../deps';
import type { ResidentView } from '../schemas/links';

type ResidentEvent = ResidentView['timeline'][number];

/** Events of a case that are told to its resident: those for which `locales/` has words. */
const TOLD = codesOf('resident-event');
/** Looked through for what he was asked. */
const MOST = 40;
/** A page on a slow line has no room for more. */
const SHOWN = 20;

/** Where a text stands that was sent to the resident anyway; what staff write among themselves is not shown. */
const TEXT_OF: Readonly<Record<string, string>> = {
  surveyed: 'plan',
  'plan-proposed': 'plan',
  'measure-set': 'measure',
  'test-result-recorded': 'result',
  'progress-recorded': 'text',
  'outage-confirmed': 'text',
  'outage-updated': 'text',
  'outage-restored': 'text',
  'eta-moved': 'reason',
  'promise-made': 'text',
  'promise-moved': 'reason',
  'work-completed': 'result',
  'fed-back': 'written',
  answered: 'text',
  'answer-promised': 'note',
  'meeting-arranged': 'place',
  'dispute-settled': 'summary',
  noted: 'text',
};

/** What happened so far, as a resident needs it. */
export interface Past {
  /** Newest first, and only the newest. */
  readonly items: readonly ResidentEvent[];
  /** The last of a type, with the text that went with it. */
  last(type: JournalEvent['type']): { readonly event: JournalEvent; readonly text: string | null } | null;
}

/** @param by his link: of the messages in the case he sees those that he wrote with it. */
export async function pastOf(deps: ApiDeps, state: CaseState, by: string, locale: Locale): Promise<Past> {
  const found = await latestOf(deps.database.db, state.no, { types: TOLD, limit: MOST });
  const events = found.filter((event) => isHis(event, state, by));
  const texts = await textsOf(deps, events.map(refOf));
  const textFor = (event: JournalEvent): string | null => texts.get(refOf(event) ?? '') ?? null;
  const items = events.map((event): ResidentEvent => {
    const { seq, type, at } = event;
    const when = formatInstant(at, state.project.zone, locale);
    return { seq, type, at: isoOf(at), when, what: whatHappened(event, state, locale), text: textFor(event) };
  });
  return {
    items: items.reverse().slice(0, SHOWN),
    last: (type) => {
      const event = events.findLast((candidate) => candidate.type === type);
      return event ? { event, text: textFor(event) } : null;
    },
  };
}

function isHis(event: JournalEvent, state: CaseState, by: string): boolean {
  if (event.type === 'noted') return event.by.id === by;
  return event.type !== 'obligation-missed' || missedClock(event.data.obligation, state, 'zh-CN') !== null;
}

function missedClock(id: string, state: CaseState, locale: Locale): string | null {
  const kind = state.obligations[id]?.kind;
  return kind === undefined ? null : words(locale).find('resident-clock', kind);
}

function whatHappened(event: JournalEvent, state: CaseState, locale: Locale): string {
  const args = readArgs(event.data, { locale, zone: state.project.zone });
  const missed = event.type === 'obligation-missed' ? missedClock(event.data.obligation, state, locale) : null;
  const said = words(locale).find('resident-event', event.type, missed === null ? args : { ...args, kind: missed });
  return said ?? event.type;
}

function refOf(event: JournalEvent): string | null {
  const name = TEXT_OF[event.type];
  const value: unknown = name === undefined ? null : (event.data as Readonly<Record<string, unknown>>)[name];
  return typeof value === 'object' && value !== null && 'ref' in value ? String(value.ref) : null;
}

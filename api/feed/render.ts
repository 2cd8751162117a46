import { isoOf } from '../../domain/instant';
import type { FeedEntry } from '../../db/queries/feed';
import { formatPlace, type Place } from './position';

export type EventType = FeedEntry['kind'] | 'hello' | 'beat' | 'resync' | 'bye';

/** One server-sent event. JSON has no line breaks, so `data` is one line. */
export function renderEvent(type: EventType, data: object, place: Place | null): string {
  const id = place ? `id: ${formatPlace(place)}\n` : '';
  return `${id}event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Ids, states, instants: nothing that somebody typed. */
export function entryView({ kind, caseNo, project, seq, fence, at }: FeedEntry) {
  return { type: kind, case: caseNo, project, seq, fence, at: isoOf(at) };
}

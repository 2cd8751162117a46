import type { JournalEvent } from '../../domain/event';
import { isoOf } from '../../domain/instant';
import { readTexts } from '../../db/queries/vault';
import type { ApiDeps } from '../deps';
import { latenessOf } from './views';

/** Fields of event data that are instants, by the domain's names. */
const INSTANTS = new Set([
  ...['dueAt', 'finishAt', 'until', 'plannedAt', 'reportedAt', 'receivedAt', 'metAt', 'old', 'new', 'oldBase'],
  ...['newBase', 'expectedResolutionAt', 'start', 'openedAt', 'windowFrom', 'dueBase'],
]);
/** Contact data is never part of the timeline: it is unmasked on its own, with a reason. */
const HIDDEN = new Set(['contact', 'roomIndex', 'phoneIndex']);

/** The journal as people and timers made it, texts resolved, times readable. */
export async function timelineOf(deps: ApiDeps, events: readonly JournalEvent[], withTexts: boolean) {
  const refs = new Set<string>();
  if (withTexts) for (const event of events) collectRefs(event.data, refs);
  const texts = await readTexts(deps.database.db, deps.sealer, [...refs]);
  return events.map((event) => ({
    seq: event.seq,
    type: event.type,
    at: isoOf(event.at),
    occurredAt: event.occurredAt === undefined ? null : isoOf(event.occurredAt),
    by: { ...event.by },
    via: event.via.kind === 'timer' ? { ...event.via, plannedAt: isoOf(event.via.plannedAt) } : { ...event.via },
    episode: event.episode,
    policyVersion: event.policyVersion,
    latenessMs: latenessOf(event),
    data: shown(event.data, texts) as Record<string, unknown>,
  }));
}

function isRef(value: object): value is { readonly ref: string; readonly digest: string } {
  return 'ref' in value && 'digest' in value;
}

function collectRefs(value: unknown, refs: Set<string>): void {
  if (value === null || typeof value !== 'object') return;
  if (isRef(value)) refs.add(value.ref);
  else for (const [name, item] of Object.entries(value)) if (!HIDDEN.has(name)) collectRefs(item, refs);
}

function shown(value: unknown, texts: ReadonlyMap<string, string>): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item) => shown(item, texts));
  if (isRef(value)) return { text: texts.get(value.ref) ?? null, digest: value.digest };
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !HIDDEN.has(name))
      .map(([name, item]) => [name, typeof item === 'number' && INSTANTS.has(name) ? isoOf(item) : shown(item, texts)]),
  );
}

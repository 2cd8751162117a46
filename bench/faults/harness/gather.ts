import { setTimeout as pause } from 'node:timers/promises';
import type { CaseHistory, Histories } from './histories';
import type { Evidence, Replayed } from './invariants/evidence';
import type { ClientLog } from './log';
import { readRows, type Rows } from './rows';

/** Milliseconds between the two looks at the rows. */
const BETWEEN = 2_000;
const LOOK_EVERY = 500;

/** Whence evidence comes. */
export interface Sources {
  readonly databaseUrl: string;
  readonly histories: Histories;
  /** What a case's rows should be by its histories. */
  readonly replay: (no: string) => Promise<Replayed | string>;
}

/**
 * Waits until nothing is under way: everything accepted is in the read model, and every message has its outcome. Nothing
 * is asked of workflows meanwhile: they are to be left alone.
 * @returns what is still under way after `withinMs`; null when nothing is.
 */
export async function atRest(
  { databaseUrl }: Sources,
  log: ClientLog,
  ended: ReadonlyMap<string, string>,
  withinMs: number,
): Promise<string | null> {
  for (const begun = performance.now(); ;) {
    const restless = underWay(without(await readRows(databaseUrl), ended), log, ended);
    if (restless === null || performance.now() - begun > withinMs) return restless;
    await pause(LOOK_EVERY);
  }
}

/** Reads rows, histories, a few replays, and rows again. */
export async function gather(
  { databaseUrl, histories, replay }: Sources,
  known: Pick<Evidence, 'log' | 'ended' | 'truths' | 'falls'>,
  replays: number,
): Promise<Evidence> {
  const { ended } = known;
  const readAt = Date.now();
  const rows = without(await readRows(databaseUrl), ended);
  const runs = await histories.cases();
  const read = new Map<string, CaseHistory>();
  for (const [no, ids] of runs) if (!ended.has(no)) read.set(no, await histories.read(no, ids));
  const replayed = new Map<string, Replayed | string>();
  for (const no of some(rows, replays)) replayed.set(no, await replay(no));
  await pause(BETWEEN);
  const later = without(await readRows(databaseUrl), ended);
  for (const no of [...replayed.keys()]) {
    if (rows.digests.get(no) !== later.digests.get(no)) replayed.delete(no);
  }
  return { ...known, inTemporal: new Set(runs.keys()), histories: read, rows, later, readAt, replayed };
}

/** Cases that were looked at after they had ended are not looked at again; only their digests stay. */
function without(rows: Rows, ended: ReadonlyMap<string, string>): Rows {
  const others = <R extends { readonly no: string }>(all: readonly R[]): R[] => all.filter(({ no }) => !ended.has(no));
  return {
    ...rows,
    cases: others(rows.cases),
    journal: new Map([...rows.journal].filter(([no]) => !ended.has(no))),
    obligations: others(rows.obligations),
    notifications: others(rows.notifications),
  };
}

function underWay({ journal, receipts }: Rows, { entries }: ClientLog, ended: ReadonlyMap<string, string>) {
  for (const { no, key, name, outcome } of entries) {
    const isNew = outcome === 'accepted' && no !== null && name !== 'unmask' && !ended.has(no);
    if (isNew && !receipts.has(`${no} ${key}`)) return `${no} ${name} has no receipt`;
  }
  for (const [no, events] of journal) {
    const count = (type: string): number => events.filter((event) => event.type === type).length;
    if (count('notify-requested') !== count('notified')) return `${no} has messages under way`;
  }
  return null;
}

/** Evenly from all of them. */
function some({ cases }: Rows, count: number): string[] {
  const numbers = cases.map(({ no }) => no).sort();
  const step = Math.max(1, Math.floor(numbers.length / Math.max(1, count)));
  return numbers.filter((_no, index) => index % step === 0).slice(0, count);
}

import type { CaseHistory } from '../histories';
import type { Entry } from '../log';
import type { JournalRow, Rows } from '../rows';
import type { Check } from './evidence';

/** The event that says that a command was done. Others may follow from it. */
const DEED: Readonly<Record<string, string>> = {
  acknowledge: 'acknowledged',
  'set-measure': 'measure-set',
  'accept-part': 'part-accepted',
  'complete-part': 'part-done',
  'feed-back': 'fed-back',
  'owner-answer': 'owner-answered',
  close: 'closed',
  note: 'noted',
};

/**
 * I2: one case per idempotency key, and every command exactly once: what was accepted is done once, what was refused is
 * not done, what nobody answered is done once or not at all, and nothing was done that nobody wanted.
 */
export const everyKeyOnce: Check = ({ log, histories, ended, rows }) => [
  ...casesPerKey(log.entries, histories),
  ...log.entries.flatMap((entry) => (isNew(entry, ended) ? commandOnce(entry, histories, rows) : [])),
  ...nobodysDeeds(log.entries, rows),
];

/** A command to a case that has not been looked at since it ended. */
function isNew({ no, name }: Entry, ended: ReadonlyMap<string, string>): boolean {
  return no !== null && name !== 'unmask' && !ended.has(no);
}

function casesPerKey(entries: readonly Entry[], histories: ReadonlyMap<string, CaseHistory>): string[] {
  const wrong: string[] = [];
  const byStartKey = new Map<string, string>();
  for (const { no, startKey } of histories.values()) {
    const other = byStartKey.get(startKey);
    if (other !== undefined) wrong.push(`${no} and ${other} were opened by one key`);
    byStartKey.set(startKey, no);
  }
  const byNumber = new Map<string, string>();
  for (const { name, key, caseNo, outcome } of entries) {
    if (name !== 'start' || outcome !== 'accepted' || caseNo === null) continue;
    const other = byNumber.get(caseNo);
    if (other !== undefined && other !== key) wrong.push(`${key} and ${other} were answered with one case, ${caseNo}`);
    byNumber.set(caseNo, key);
  }
  return wrong;
}

function commandOnce(entry: Entry, histories: ReadonlyMap<string, CaseHistory>, rows: Rows): string[] {
  const no = entry.no ?? '';
  const what = `${no} ${entry.name} (${entry.key})`;
  const updates = (histories.get(no)?.updates ?? []).filter(({ id, done }) => id === entry.key && done === true);
  const events = (rows.journal.get(no) ?? []).filter(({ via }) => via.kind === 'command' && via.id === entry.key);
  const done = deeds(entry.name, events);
  switch (entry.outcome) {
    case 'refused':
      return events.length === 0 ? [] : [`${what} was refused, and done at ${events[0]?.seq}`];
    case 'unanswered':
      return done <= 1 ? [] : [`${what} was done ${done} times`];
    case 'accepted': {
      const runs = new Set(updates.map(({ run }) => run));
      const wrong: string[] = [];
      if (updates.length === 0) wrong.push(`${what} was accepted, but no history has it`);
      if (runs.size < updates.length) wrong.push(`${what} was carried out ${updates.length} times in one run`);
      if (done !== 1) wrong.push(`${what} is ${done} times in the journal`);
      if (!rows.receipts.has(`${no} ${entry.key}`)) wrong.push(`${what} has no receipt`);
      if (events.some(({ seq }) => entry.seq !== null && seq > entry.seq)) {
        wrong.push(`${what} was answered with ${entry.seq}, but is younger`);
      }
      return wrong;
    }
  }
}

/** Where the name of the event is not known, a group of events that follow each other is one deed. */
function deeds(name: string, events: readonly JournalRow[]): number {
  const type = DEED[name];
  if (type !== undefined) return events.filter((event) => event.type === type).length;
  return events.filter(({ seq }, index) => index === 0 || events[index - 1]?.seq !== seq - 1).length;
}

function nobodysDeeds(entries: readonly Entry[], rows: Rows): string[] {
  const wanted = new Set(entries.map(({ key }) => key));
  const strange = [...rows.journal.values()]
    .flat()
    .filter(({ via }) => via.kind === 'command' && !wanted.has(via.id ?? ''));
  return strange.map(({ no, seq, via }) => `${no} ${via.command ?? ''} at ${seq} was done, but nobody wanted it`);
}

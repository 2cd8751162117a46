import type { Check } from './evidence';

/** What is younger may be on its way. Milliseconds. */
const FRESH = 3_000;

/** I6: the read model equals the fold of the histories. */
export const readModelIsTheFold: Check = ({ rows, later, readAt, histories, replayed }) => {
  const wrong: string[] = [];
  const after = new Map(later.cases.map((row) => [row.no, row.seq]));
  for (const { no, seq, ended, snapshot } of rows.cases) {
    const history = histories.get(no);
    const last = rows.journal.get(no)?.at(-1)?.at ?? 0;
    // It was read between the rows, so what a clock did meanwhile lies between them too.
    if (history && (history.seq < seq || history.seq > (after.get(no) ?? 0))) {
      wrong.push(`${no} stands at ${seq}, its workflow at ${history.seq}`);
    }
    if (history && last < readAt - FRESH && ended !== (history.status === 'COMPLETED')) {
      wrong.push(`${no} has ${ended ? '' : 'not '}ended by its row; its workflow is ${history.status.toLowerCase()}`);
    }
    const fold = replayed.get(no);
    if (fold === undefined) continue;
    if (typeof fold === 'string') wrong.push(`${no} can't be replayed: ${fold}`);
    else {
      const events = (rows.journal.get(no) ?? []).map((event) => `${event.seq} ${event.type}`);
      if (events.join() !== fold.events.join()) wrong.push(`${no}: its journal is not what its histories make`);
      if (inOrder(snapshot.state) !== inOrder(fold.state)) wrong.push(`${no}: its row is not what its histories make`);
    }
  }
  return wrong;
};

/** JSON with sorted keys: jsonb does not keep their order. */
export function inOrder(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

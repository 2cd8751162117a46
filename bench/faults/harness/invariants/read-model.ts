import type { Check } from './evidence';

/** I6: the read model equals the fold of the histories. */
export const readModelIsTheFold: Check = ({ rows, histories, replayed }) => {
  const wrong: string[] = [];
  for (const { no, seq, ended, snapshot } of rows.cases) {
    const history = histories.get(no);
    if (history && history.seq !== seq) wrong.push(`${no} stands at ${seq}, its workflow at ${history.seq}`);
    if (history && ended !== (history.status === 'COMPLETED')) {
      wrong.push(`${no} has ${ended ? '' : 'not '}ended by its row; its workflow is ${history.status.toLowerCase()}`);
    }
    const fold = replayed.get(no);
    if (fold === undefined) continue;
    if (fold === null) wrong.push(`${no} can't be replayed`);
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

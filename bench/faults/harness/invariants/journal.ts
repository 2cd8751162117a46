import type { Check } from './evidence';

/** I5: the journal has no gap, what is written stays, and a case that has ended never changes. */
export const journalWithoutGap: Check = ({ ended: before, rows, later }) => {
  const wrong: string[] = [];
  for (const [no, events] of rows.journal) {
    const gap = events.findIndex(({ seq }, index) => seq !== index + 1);
    if (gap >= 0) wrong.push(`${no}: ${events[gap]?.seq} stands in the place of ${gap + 1}`);
    const now = later.journal.get(no) ?? [];
    const rewritten = events.find((event, index) => JSON.stringify(event) !== JSON.stringify(now[index]));
    if (rewritten) wrong.push(`${no}: ${rewritten.seq} was written anew`);
  }
  for (const { no, seq, ended } of rows.cases) {
    const count = rows.journal.get(no)?.length ?? 0;
    if (count !== seq) wrong.push(`${no} stands at ${seq}, but its journal has ${count} events`);
    if (ended && rows.digests.get(no) !== later.digests.get(no)) wrong.push(`${no} has ended, and was changed`);
  }
  for (const [no, digest] of before) {
    if (later.digests.get(no) !== digest) wrong.push(`${no} had ended long ago, and was changed`);
  }
  return wrong;
};

import type { JournalRow, NotificationRow } from '../rows';
import type { Check } from './evidence';

/** I4: every required notification is delivered at least once, under one stable key, and to nobody twice. */
export const everyNotificationDelivered: Check = ({ rows, later }) => {
  const wrong: string[] = [];
  const sent = new Map<string, NotificationRow[]>();
  for (const row of later.notifications) sent.set(row.key, [...(sent.get(row.key) ?? []), row]);
  for (const [no, events] of rows.journal) {
    // What was asked for at the first look has been delivered at the second.
    const now = later.journal.get(no) ?? [];
    const outcomes = now.filter(({ type }) => type === 'notified');
    for (const request of events.filter(({ type }) => type === 'notify-requested')) {
      wrong.push(...delivered(`${no}/${request.seq}`, request, outcomes, sent));
    }
    for (const { seq, data } of outcomes) {
      const asked = now[Number(data.of) - 1];
      if (asked?.type !== 'notify-requested' || asked.seq >= seq) wrong.push(`${no}: ${seq} reports what nobody asked`);
    }
  }
  for (const key of sent.keys()) {
    const [no = '', seq] = key.split('/');
    const asked = later.journal.get(no)?.[Number(seq) - 1];
    if (asked?.type !== 'notify-requested') wrong.push(`${key} was sent, but nobody asked for it`);
  }
  return wrong;
};

function delivered(
  key: string,
  request: JournalRow,
  outcomes: readonly JournalRow[],
  sent: ReadonlyMap<string, readonly NotificationRow[]>,
): string[] {
  const wrong: string[] = [];
  const notices = sent.get(key) ?? [];
  if (notices.length === 0) wrong.push(`${key} was never delivered`);
  const told = notices.map(({ recipient }) => recipient);
  if (new Set(told).size < told.length) wrong.push(`${key} was delivered twice to one person`);
  const reports = outcomes.filter(({ data }) => data.of === request.seq);
  if (reports.length !== 1) wrong.push(`${key} has ${reports.length} outcomes`);
  const recipients = [...((reports[0]?.data.recipients as readonly string[] | undefined) ?? [])].sort();
  const people = told.filter((recipient) => recipient !== null).sort();
  if (reports.length === 1 && recipients.join() !== people.join()) {
    wrong.push(`${key} went to ${people.join(', ')}; the journal says ${recipients.join(', ')}`);
  }
  return wrong;
}

import { randomUUID } from 'node:crypto';
import type { CommandData, CommandName, TextRef } from '../../domain/event';
import { HOUR } from '../../domain/instant';
import { BODY, CLERK, ENGINEER, MANAGER, openingOf, RESIDENT, ROUTINE, text } from '../../tests/domain/support';
import type { Place } from './place';

/** The complaint of complaint.ts without HTTP: the inputs that the API makes of it, sent as the API sends them. */
export async function wholeComplaint({ engine, ids }: Place): Promise<string> {
  const at = Date.now();
  const opening = stored(openingOf({ ...ROUTINE, no: ids.caseNumber('C'), at, by: CLERK, contact: text('contact') }));
  const { no } = opening;
  const startKey = randomUUID();
  await engine.start('complaintWorkflow', { opening, startKey, bodyHash: startKey });
  const send = async <Name extends CommandName>(by: typeof CLERK, name: Name, data: CommandData[Name]) => {
    const id = randomUUID();
    const { projection } = await engine.command(no, name, { id, bodyHash: id, by, data: stored(data) });
    if (projection !== 'written') throw new Error(`${name} was answered before it was in the read model`);
  };
  await send(CLERK, 'acknowledge', BODY.acknowledge);
  await send(ENGINEER, 'accept-part', { department: 'engineering' });
  await send(CLERK, 'set-measure', BODY.measure(at + 2 * HOUR));
  await send(CLERK, 'note', { text: text('note') });
  await send(ENGINEER, 'complete-part', { department: 'engineering', result: text('result') });
  await send(CLERK, 'feed-back', BODY.feedBack);
  await send(RESIDENT, 'owner-answer', { ...BODY.accept, score: 5 });
  await send(MANAGER, 'close', BODY.close);
  return no;
}

/** Each text under a UUID, as the vault gives one: the database refuses a message with any other, for good. */
function stored<T>(data: T): T {
  return JSON.parse(JSON.stringify(data), (_key, value: unknown) =>
    isText(value) ? { ...value, ref: randomUUID() } : value,
  ) as T;
}

function isText(value: unknown): value is TextRef {
  return typeof value === 'object' && value !== null && 'ref' in value && 'digest' in value;
}

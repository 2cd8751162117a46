import { localeOf, type Locale } from '../../common/words';
import { findEndpoint, mailboxOf, robotsFor } from '../../db/queries/addresses';
import { RESIDENT } from '../../db/queries/notifications';
import { ERASED, readTexts } from '../../db/queries/vault';
import { groupRule } from '../../domain/delivery';
import type { Instant } from '../../domain/instant';
import type { DeliverRequest } from '../../workflows/contracts/delivery';
import { bundle, compose, type Composed } from './compose';
import type { DeliverDeps, Due } from './due';
import type { Reply } from './reply';
import { sendToRobot } from './robots';
import { sendWebhook } from './webhook';

/** What became of one message on the way. */
export interface Carried {
  readonly due: Due;
  readonly result: Reply | { readonly kind: 'passed-on' } | { readonly kind: 'no-address' };
}

type Carrier = (due: readonly Due[]) => Promise<Carried[]>;

/** Ids of endpoints; those of people and cases begin otherwise. */
export const isEndpointId = (recipient: string): boolean => /^e-[0-9a-f]{16}$/.test(recipient);

export function carrierFor(deps: DeliverDeps, request: DeliverRequest): Carrier {
  if (request.channel === 'email') return (due) => byMail(deps, request, due);
  if (isEndpointId(request.recipient)) return (due) => toEndpoint(deps, request, due);
  return (due) => toGroups(deps, request, due);
}

async function byMail(deps: DeliverDeps, { recipient, at }: DeliverRequest, due: readonly Due[]): Promise<Carried[]> {
  const { db } = deps.database;
  const mailbox = deps.sendMail && (await mailboxOf(db, recipient));
  const addresses = mailbox ? await opened(deps, mailbox.refs) : [];
  if (!deps.sendMail || !mailbox || addresses.length === 0) return all(due, { kind: 'no-address' });
  const locale = localeOf(mailbox.language);
  const { title, text } = bundle(await composed(deps, due, locale, at), locale);
  const id = due[0]?.message.id ?? '';
  return all(due, await deps.sendMail({ to: addresses, title, text, id }));
}

/** A machine gets one message in one request, a group one text. */
async function toEndpoint(
  deps: DeliverDeps,
  { recipient, at }: DeliverRequest,
  due: readonly Due[],
): Promise<Carried[]> {
  const found = await findEndpoint(deps.database.db, recipient);
  const [url, secret = null] = found
    ? await opened(deps, [found.urlRef, ...(found.secretRef ? [found.secretRef] : [])])
    : [];
  if (!found?.active || url === undefined) return all(due, { kind: 'no-address' });
  const locale = localeOf(null);
  // A group of staff has no use for the link of a resident.
  const messages = await composed(deps, due, locale, found.kind === 'webhook' ? at : null);
  // A try is told by the workflow's instant, a signature by the instant it is made.
  const how = { now: Math.max(at, deps.clock.now()), rules: deps.rules };
  if (found.kind === 'webhook') {
    const carried: Carried[] = [];
    for (const [index, each] of due.entries()) {
      const message = messages[index];
      if (message) carried.push({ due: each, result: await sendWebhook({ url, secret: secret ?? '' }, message, how) });
    }
    return carried;
  }
  const { title, text } = bundle(messages, locale);
  const content = due.length === 1 ? `${title}\n${text}` : `${title}\n\n${text}`;
  return all(due, await sendToRobot({ kind: found.kind, url, secret }, content, how));
}

/** One message in a group, for however many people it was. */
async function toGroups(deps: DeliverDeps, { project }: DeliverRequest, due: readonly Due[]): Promise<Carried[]> {
  const carried: Carried[] = [];
  for (const each of due) {
    const { message, row } = each;
    const robots = await robotsFor(deps.database.db, { project, department: row.department });
    const { notification, again } = message;
    const order = { notification, at: row.sentAt, zone: row.zone, again, rule: groupRule(message.rule) };
    const id = again ? message.id : row.key;
    for (const robot of robots) await deps.signal({ project, recipient: robot }, [{ ...order, id }]);
    carried.push({ due: each, result: { kind: robots.length === 0 ? 'no-address' : 'passed-on' } });
  }
  return carried;
}

/**
 * With the texts that people wrote, which are opened only here.
 * @param at when; messages to a resident have his link then. Null: none have.
 */
async function composed(deps: DeliverDeps, due: readonly Due[], locale: Locale, at: Instant | null) {
  const refs = due.flatMap(({ row }) => row.textRef ?? []);
  const texts = await readTexts(deps.database.db, deps.sealer, [...new Set(refs)]);
  const messages: Composed[] = [];
  for (const { row } of due) {
    const text = row.textRef === null ? null : (texts.get(row.textRef) ?? null);
    const link = at === null || row.recipient !== RESIDENT ? null : await linkIn(deps, row, at);
    messages.push(compose(row, locale, text === ERASED ? null : text, link));
  }
  return messages;
}

async function linkIn({ linkFor, clock }: DeliverDeps, { caseNo, project }: Due['row'], at: Instant) {
  return linkFor ? linkFor({ caseNo, project, at: Math.max(at, clock.now()) }) : null;
}

async function opened({ database: { db }, sealer }: DeliverDeps, refs: readonly string[]): Promise<string[]> {
  const texts = await readTexts(db, sealer, refs);
  return refs.flatMap((ref) => texts.get(ref) ?? []).filter((text) => text !== ERASED);
}

function all(due: readonly Due[], result: Carried['result']): Carried[] {
  return due.map((each) => ({ due: each, result }));
}

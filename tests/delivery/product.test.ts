import { Webhook } from 'standardwebhooks';
import { linksForMessages } from '../../activities/delivery/resident-link';
import { linksOf } from '../../db/queries/resident-links';
import { putTexts } from '../../db/queries/vault';
import { loadNotificationPolicy } from '../../common/policy/load';
import type { NotificationPolicy } from '../../domain/delivery';
import { startProduct, type Product } from '../support/product';
import { until } from '../workflows/support/until';
import { MailServer, readLetter } from './support/mail-server';
import { Receiver } from './support/receiver';

/** From a case to a receiver, through the real API, worker, database and Temporal. */

const SECRET = `whsec_${Buffer.alloc(24, 5).toString('base64')}`;
/** Whatever the hour, nothing waits. */
function atOnce({ classes, templates }: NotificationPolicy): NotificationPolicy {
  const rule = { ...classes.normal, bundleWithin: 0, quiet: null };
  return { classes: { ...classes, normal: rule }, templates };
}

let product: Product;
let receiver: Receiver;
let mail: MailServer;

beforeAll(async () => {
  [receiver, mail] = await Promise.all([Receiver.open(), MailServer.open()]);
  const outbound = { allowedHosts: null, trusted: [receiver.address] };
  product = await startProduct({
    delivery: { mail: { url: mail.url, from: 'notice@example.com' }, outbound },
    links: { baseUrl: 'https://wy.example', days: 30 },
    notifications: atOnce(loadNotificationPolicy()),
  });
}, 60_000);
afterAll(async () => {
  await product.stop();
  await Promise.all([receiver.close(), mail.close()]);
});

test('a message of a case is posted to the project’s webhook, signed', async () => {
  const { db } = product.deps.database;
  const subject = { kind: 'endpoint', id: 'e-0000000000000001' } as const;
  const refs = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'] as const;
  await putTexts(
    db,
    product.deps.sealer,
    subject,
    [
      { ref: refs[0], plain: receiver.url },
      { ref: refs[1], plain: SECRET },
    ],
    1,
  );
  await db
    .insertInto('endpoint')
    .values({
      id: subject.id,
      project: 'lakeside',
      department: null,
      kind: 'webhook',
      label: 'x',
      url_ref: refs[0],
      host: 'x',
      secret_ref: refs[1],
      active: true,
      created_at: new Date(1),
    })
    .execute();
  const { body } = await product.call('customer_service', 'POST', '/api/v1/complaints', {
    ...{ project: 'lakeside', channel: 'phone', matter: '电梯困人', subtype: 'lift_entrapment' },
  });

  const first = await until('it is posted', () => receiver.received[0]);
  const payload = new Webhook(SECRET).verify(first.body, first.headers as Record<string, string>);
  expect(payload).toMatchObject({ data: { case: body.no, project: 'lakeside', id: first.headers['webhook-id'] } });
});

interface Posted {
  readonly data: { readonly case: string; readonly template: string; readonly link: string | null };
}

test('what a resident is told carries the link of his case, by mail and to machines; what staff are told does not', async () => {
  const contact = { email: 'resident@example.com', language: 'en' };
  expect((await product.call('customer_service', 'PUT', '/api/v1/residents/r-1/contact', contact)).status).toBe(200);
  const report = { project: 'lakeside', channel: 'phone', matter: '漏水', subtype: 'burst_pipe' };
  const place = { building: '3', room: '3-2-1501' };
  const { body } = await product.call('customer_service', 'POST', '/api/v1/repairs', { ...report, place });
  const no = String(body.no);

  const letter = await until('the resident has a letter', () =>
    mail.letters.find(({ to }) => to.includes(contact.email)),
  );
  const { text } = readLetter(letter);
  const [, token = ''] =
    /How it stands, your answer and your rating: https:\/\/wy\.example\/r\/([\w-]{43})/.exec(text) ?? [];
  const shown = await fetch(`${product.url}/r/${token}?lang=en`);
  expect([shown.status, (await shown.text()).includes(`Number ${no}`)]).toEqual([200, true]);

  const postedOf = () =>
    receiver.received.map(({ body: posted }) => (JSON.parse(posted) as Posted).data).filter((data) => data.case === no);
  await product.call('resident', 'POST', `/api/v1/cases/${no}/note`, { text: '我在家' });
  await until('machines have heard of both', () => {
    const templates = postedOf().map(({ template }) => template);
    return templates.includes('repair-received') && templates.includes('resident-wrote');
  });
  for (const { template, link } of postedOf()) {
    expect([template, link]).toEqual([
      template,
      template === 'repair-received' ? `https://wy.example/r/${token}` : null,
    ]);
  }
  // One for all messages of the case, until it is revoked: then the next message has another.
  const at = `/api/v1/cases/${no}/links`;
  const links = async () => (await product.call('manager', 'GET', at)).body.items as { id: string; state: string }[];
  const [first] = await links();
  expect(await links()).toMatchObject([{ forMessages: true, madeBy: 'system', state: 'open' }]);
  await product.call('manager', 'DELETE', `${at}/${first?.id ?? ''}`);
  await product.call('customer_service', 'POST', `/api/v1/cases/${no}/promise`, {
    ...{ text: '明天复查', dueAt: new Date(Date.now() + 86_400_000).toISOString() },
  });
  await until('another link', async () => (await links()).length === 2);
  expect((await links()).map(({ state }) => state)).toEqual(['open', 'revoked']);
  expect((await fetch(`${product.url}/r/${token}`)).status).toBe(410);
});

test('messages that are composed at once carry the same link', async () => {
  const { database, ids, linkTokens } = product.deps;
  const linkFor = linksForMessages({ database, ids, linkTokens, links: { baseUrl: 'https://wy.example', days: 30 } });
  const about = { caseNo: 'C-AT-ONCE', project: 'lakeside', at: Date.now() };
  const made = await Promise.all(Array.from({ length: 8 }, () => linkFor(about)));
  expect(new Set(made).size).toBe(1);
  expect(await linksOf(database.db, about.caseNo)).toHaveLength(1);
});

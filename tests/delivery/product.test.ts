import { Webhook } from 'standardwebhooks';
import { putTexts } from '../../db/queries/vault';
import { startProduct, type Product } from '../support/product';
import { until } from '../workflows/support/until';
import { Receiver } from './support/receiver';

/** From a case to a receiver, through the real API, worker, database and Temporal. */

const SECRET = `whsec_${Buffer.alloc(24, 5).toString('base64')}`;
let product: Product;
let receiver: Receiver;

beforeAll(async () => {
  receiver = await Receiver.open();
  const outbound = { allowedHosts: null, trusted: [receiver.address] };
  product = await startProduct({ delivery: { mail: null, outbound } });
}, 60_000);
afterAll(async () => {
  await product.stop();
  await receiver.close();
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

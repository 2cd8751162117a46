import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { devServer, temporalCli, type DevServer } from '../../support/servers';
import { KEYS } from './company';
import { startOffice, type Office } from './support';

let office: Office;
let temporal: DevServer;
beforeAll(async () => {
  [office, temporal] = await Promise.all([startOffice(), devServer()]);
}, 30_000);
afterAll(async () => {
  await office.stop();
  await temporal.stop();
});

const INPUT = { text: 'planted-in-the-input' };
/** As the CLI prints what it could decode. */
const READABLE = Buffer.from(JSON.stringify(INPUT)).toString('base64');

/** The CLI speaks the same protocol as the Web UI. */
const show = (...codec: string[]) =>
  promisify(execFile)(
    temporalCli(),
    ['workflow', 'show', '--address', temporal.address, '--workflow-id', 'w-1', '--output', 'json', ...codec],
    { env: { PATH: '/usr/bin:/bin', HOME: '/tmp' }, timeout: 15_000 },
  );

test('Temporal’s own CLI reads a history through the codec, with a key that may', async () => {
  const connection = await Connection.connect({ address: temporal.address });
  const client = new Client({ connection, dataConverter: { payloadCodecs: [office.deps.codec] } });
  await client.workflow.start('anything', { workflowId: 'w-1', taskQueue: 'nobody', args: [INPUT] });
  await connection.close();

  const decoded = await show('--codec-endpoint', `${office.url}/codec`, '--codec-auth', `Bearer ${KEYS.manager}`);
  expect(decoded.stdout).toContain(READABLE);
  expect((await show()).stdout).not.toContain(READABLE);
});

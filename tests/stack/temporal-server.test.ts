import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { temporalAnswers } from '../../stack/temporal-server';
import { devServer, testFolder, type DevServer } from '../support/servers';

jest.setTimeout(30_000);

let server: DevServer | undefined;

afterEach(() => server?.stop());

test('a workflow outlives kill -9 of the server: started again on the same file, it is there at the same address', async () => {
  const dbFile = join(testFolder(), 'temporal.db');
  server = await devServer({ dbFile });
  const { address } = server;
  await withClient(address, async (client) => {
    await client.workflow.start('nobodyRunsThis', { workflowId: 'C-1', taskQueue: 'none', args: ['湖畔花园'] });
  });

  await server.kill9();
  expect(await temporalAnswers(address, 'default', 200)).toBe(false);
  await server.restart();

  const description = await withClient(address, (client) => client.workflow.getHandle('C-1').describe());
  expect(description.status.name).toBe('RUNNING');
  expect(description.type).toBe('nobodyRunsThis');
  expect(existsSync(`${dbFile}-wal`)).toBe(true);
});

test('a file that a killed first start left empty is put aside', async () => {
  const folder = testFolder();
  const dbFile = join(folder, 'temporal.db');
  writeFileSync(dbFile, '');

  server = await devServer({ dbFile });

  expect(await temporalAnswers(server.address, 'default', 1_000)).toBe(true);
  expect(readdirSync(folder)).toContain('temporal.db.unfinished');
});

test('the Web UI has payloads decoded by our API and asks nobody for news', async () => {
  server = await devServer({ codecEndpoint: 'http://127.0.0.1:8080/codec' });

  const settings = (await (await fetch(`http://127.0.0.1:${server.uiPort}/api/v1/settings`)).json()) as {
    Codec: { Endpoint: string };
  };

  expect(settings.Codec.Endpoint).toBe('http://127.0.0.1:8080/codec');
});

test('a namespace that the server does not have does not answer', async () => {
  server = await devServer();

  expect(await temporalAnswers(server.address, 'elsewhere', 300)).toBe(false);
});

async function withClient<T>(address: string, work: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address });
  try {
    return await work(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

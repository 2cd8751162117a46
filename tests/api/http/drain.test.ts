import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Drain } from '../../../api/http/drain';

/** A server that ends while clients with kept connections go on asking. */

const CLIENTS = 8;

function ask(port: number, agent: Agent): Promise<string> {
  return new Promise((resolve) => {
    const call = request({ port, agent, host: '127.0.0.1' }, (response) => {
      response.resume().on('end', () => resolve('answered'));
    });
    // A new connection may find nobody; a kept one must not be closed under a request.
    call.on('error', ({ code }: NodeJS.ErrnoException) => resolve(call.reusedSocket ? (code ?? 'lost') : 'gone')).end();
  });
}

test('no request on a kept connection is lost', async () => {
  const server = createServer((_req, res) => void pause(5).then(() => res.end('done')));
  const drain = new Drain(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const seen: string[] = [];
  const client = async (): Promise<void> => {
    const agent = new Agent({ keepAlive: true });
    for (let last = 'answered'; last === 'answered'; seen.push(last)) last = await ask(port, agent);
    agent.destroy();
  };
  const clients = Array.from({ length: CLIENTS }, client);
  while (seen.length <= CLIENTS) await pause(5);
  const before = seen.length;

  await drain.end({ lingerMs: 300 });

  await Promise.all(clients);
  expect(seen.length).toBeGreaterThan(before);
  expect([...new Set(seen)].sort()).toEqual(['answered', 'gone']);
});

test('an idle connection is waited for no longer than the linger time', async () => {
  const server = createServer((_req, res) => res.end('done'));
  const drain = new Drain(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const agent = new Agent({ keepAlive: true });
  await ask((server.address() as AddressInfo).port, agent);
  const begun = performance.now();
  await drain.end({ lingerMs: 100 });
  expect(performance.now() - begun).toBeLessThan(5_000);
  agent.destroy();
});

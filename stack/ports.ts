import { existsSync, readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import type { Environment } from '../common/config';
import { StackError } from './error';
import type { Home } from './home';
import { writePrivately } from './secrets';

const LOCALHOST = '127.0.0.1';

/** The ports of one stack. They stay the same from start to start while nobody else takes them. */
export interface Ports {
  readonly postgres: number;
  readonly temporal: number;
  readonly temporalUi: number;
  readonly worker: number;
  readonly api: number;
}

interface PortRule {
  readonly variable: string;
  /** Tried on the first start, because people know it by heart; null: any free one. */
  readonly usual: number | null;
}

const RULES: Readonly<Record<keyof Ports, PortRule>> = {
  postgres: { variable: 'GUANJIA_POSTGRES_PORT', usual: null },
  temporal: { variable: 'GUANJIA_TEMPORAL_PORT', usual: 7233 },
  temporalUi: { variable: 'GUANJIA_TEMPORAL_UI_PORT', usual: 8233 },
  worker: { variable: 'GUANJIA_WORKER_PORT', usual: 8081 },
  api: { variable: 'GUANJIA_API_PORT', usual: 8080 },
};

/**
 * What the environment says, else the port of the start before, else the usual one, else any that is free.
 * @throws StackError when the environment names a port that is not a number or that another program has.
 */
export async function choosePorts(home: Home, env: Environment): Promise<Ports> {
  const path = join(home.folder, 'ports.json');
  const kept = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Partial<Ports>) : {};
  const chosen: Partial<Record<keyof Ports, number>> = {};
  for (const name of Object.keys(RULES) as (keyof Ports)[]) {
    const rule = RULES[name];
    const told = env[rule.variable];
    const taken = new Set(Object.values(chosen));
    const wishes = told ? [] : [kept[name], rule.usual];
    chosen[name] = told ? await toldPort(rule.variable, told, bindHost(name, env)) : undefined;
    for (const wish of wishes) {
      if (chosen[name] || !wish || taken.has(wish)) continue;
      if (await isFree(wish, bindHost(name, env))) chosen[name] = wish;
    }
    chosen[name] ??= await freePort();
  }
  const ports = chosen as Ports;
  writePrivately(path, JSON.stringify(ports));
  return ports;
}

/**
 * A free port of this machine. A connection is made and closed from the server's side, which leaves the port in
 * TIME_WAIT: for a minute the system gives it to nobody who asks for "any", while the server to come may still
 * bind it.
 */
export async function freePort(): Promise<number> {
  const server = createServer((socket) => socket.destroy());
  const port = await listen(server, 0, LOCALHOST);
  await new Promise<void>((done) => {
    connect(port, LOCALHOST)
      .on('close', () => done())
      .on('error', () => done())
      .resume();
  });
  await new Promise((done) => server.close(done));
  return port;
}

async function toldPort(variable: string, text: string, host: string): Promise<number> {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new StackError(`${variable} must be a port number from 0 to 65535, not "${text}".`);
  }
  if (port === 0) return freePort();
  if (await isFree(port, host)) return port;
  throw new StackError(`${variable} is ${port}, but another program listens there. Stop it or name another port.`);
}

function bindHost(name: keyof Ports, env: Environment): string {
  return name === 'api' ? env.GUANJIA_API_HOST || LOCALHOST : LOCALHOST;
}

async function isFree(port: number, host: string): Promise<boolean> {
  const server = createServer();
  try {
    await listen(server, port, host);
    return true;
  } catch {
    return false;
  } finally {
    await new Promise((done) => server.close(done));
  }
}

function listen(server: ReturnType<typeof createServer>, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new StackError('The server has no port.'));
      else resolve(address.port);
    });
  });
}

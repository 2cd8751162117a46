import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawn, type ChildProcess } from 'node:child_process';
import { freePort } from '../../../stack/ports';
import { until } from '../../../stack/until';
import type { Fault, Scene } from '../fault';
import { victimsOf } from '../harness/topology';
import { all, each } from '../kill';

/** Where packages put the library that shows a process another time. */
const FAKETIME = ['/usr/lib/x86_64-linux-gnu/faketime', '/usr/lib/aarch64-linux-gnu/faketime', '/usr/lib/faketime'];
const READY_WITHIN_MS = 60_000;
const ZONES = ['UTC', 'Asia/Shanghai', 'America/New_York'];

/** Workers on machines whose clocks or zones are not those of the others. */
export const machineFaults: readonly Fault[] = [
  {
    name: 'load-worker-clocks',
    title: 'both workers replaced by ones whose clocks are 5 min fast and 5 min slow (libfaketime), then by right ones',
    ...{ group: 'load', inCi: false, during: 15, grace: 90 },
    hindrance: () => (faketime() ? null : 'libfaketime is not installed'),
    ...replacedBy(() => [withClock('+300s'), withClock('-300s')]),
  },
  {
    name: 'load-worker-zones',
    title: `the workers replaced by three, in ${ZONES.join(', ')}, on the same histories`,
    ...{ group: 'load', inCi: false, during: 15, grace: 90 },
    ...replacedBy(() => ZONES.map((zone) => ({ TZ: zone }))),
  },
];

type Machine = Readonly<Record<string, string>>;

function replacedBy(machines: () => readonly Machine[]): Pick<Fault, 'inject' | 'heal'> {
  const running: ChildProcess[] = [];
  return {
    inject: async (scene) => {
      const model = modelOf(scene);
      await each(all('worker')(scene), (victim) => victim.kill9());
      for (const machine of machines()) running.push(await start(model, machine));
    },
    heal: async (scene) => {
      for (const child of running.splice(0)) child.kill('SIGKILL');
      await each(all('worker')(scene), (victim) => victim.start());
    },
  };
}

/** How a worker of the topology was started: the system knows it. */
interface Model {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

function modelOf({ topology }: Scene): Model {
  const [worker] = victimsOf(topology, 'worker');
  const [pid] = worker.pids();
  if (pid === undefined) throw new Error(`${worker.name} is down`);
  const env = Object.fromEntries(partsOf(`/proc/${pid}/environ`).map(splitOnce));
  return { command: partsOf(`/proc/${pid}/cmdline`), env, cwd: join(__dirname, '../../..') };
}

function partsOf(file: string): string[] {
  return readFileSync(file, 'utf8').split('\0').filter(Boolean);
}

function splitOnce(text: string): [string, string] {
  const at = text.indexOf('=');
  return [text.slice(0, at), text.slice(at + 1)];
}

async function start({ command: [program = '', ...args], env, cwd }: Model, machine: Machine): Promise<ChildProcess> {
  const port = await freePort();
  const child = spawn(program, args, {
    cwd,
    env: { ...env, ...machine, GUANJIA_WORKER_PORT: String(port) },
    stdio: 'ignore',
  });
  const url = `http://127.0.0.1:${port}/readyz`;
  const ready = async (): Promise<boolean> => (await fetch(url).catch(() => null))?.status === 200;
  if (await until(async () => child.exitCode !== null || (await ready()), READY_WITHIN_MS)) {
    if (child.exitCode === null) return child;
  }
  child.kill('SIGKILL');
  throw new Error(`a worker with ${JSON.stringify(machine)} was not ready`);
}

/** The folder of the library, where it is installed. */
function faketime(): string | undefined {
  return FAKETIME.find((folder) => existsSync(join(folder, 'libfaketime.so.1')));
}

function withClock(off: string): Machine {
  // Waiting is measured by another clock, which stays right on such a machine too.
  const env = { FAKETIME: off, FAKETIME_DONT_FAKE_MONOTONIC: '1', DONT_FAKE_MONOTONIC: '1' };
  return { ...env, LD_PRELOAD: join(faketime() ?? '', 'libfaketime.so.1') };
}

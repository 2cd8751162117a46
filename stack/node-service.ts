import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Environment } from '../common/config';
import { ChildError, earlyEnd, spawnChild, type Child } from './child';
import type { Home } from './home';
import type { Service } from './supervisor';
import { until } from './until';

/** Our own programs, as they lie in the repository or, compiled, in `dist/`. */
export interface Programs {
  /** The repository. */
  readonly root: string;
  readonly compiled: boolean;
  /** The options by which Node reads those in the repository; tsx by default. */
  readonly typescript?: readonly string[];
}

export interface NodeProgram {
  readonly name: string;
  /** `worker/main`: no extension. */
  readonly script: string;
  readonly env: Environment;
}

/** What a worker of cases is started with. */
export const NO_CALL_STACKS = join(__dirname, '../worker/no-call-stacks.cjs');
/** What Node loads before a program, and in its threads. */
const PRELOADED: Readonly<Record<string, string>> = { 'worker/main': NO_CALL_STACKS };

/** The options by which Node reads TypeScript. */
export const TSX: readonly string[] = ['--import', pathToFileURL(require.resolve('tsx')).href];
const READY_WITHIN_MS = 90_000;
const ASK_WITHIN_MS = 2_000;
/** A worker finishes its activities, the API its requests. */
const STOP_WITHIN_MS = 15_000;

/** A program of ours as a service. Ready means: `GET <url>/readyz` answers 200. */
export function nodeService(home: Home, programs: Programs, program: NodeProgram & { readonly url: string }): Service {
  return {
    name: program.name,
    start: async (onSpawn) => {
      const child = await spawnProgram(home, programs, program);
      onSpawn(child);
      const ready = await until(async () => child.hasExited() || (await isReady(program.url)), READY_WITHIN_MS);
      if (child.hasExited()) throw earlyEnd(child, await child.exited);
      if (ready) return child;
      await child.stop();
      throw new ChildError(`${program.name} wasn't ready within ${READY_WITHIN_MS / 1000} s.\n${child.lastLines()}`);
    },
  };
}

/**
 * Runs a program of ours to its end.
 * @throws ChildError with the end of its log when it fails.
 */
export async function runProgram(
  home: Home,
  programs: Programs,
  program: NodeProgram,
  onSpawn: (child: Child) => void,
): Promise<void> {
  const child = await spawnProgram(home, programs, program);
  onSpawn(child);
  const how = await child.exited;
  if (child.exitCode() === 0) return;
  throw new ChildError(`${program.name} failed (${how}).\n${child.lastLines()}\nAll of it: ${child.logFile}`);
}

function spawnProgram(home: Home, programs: Programs, program: NodeProgram): Promise<Child> {
  const { root, compiled, typescript = TSX } = programs;
  const preloaded = PRELOADED[program.script];
  const options = preloaded === undefined ? [] : ['--require', preloaded];
  const args = compiled
    ? [...options, '--enable-source-maps', join(root, 'dist', `${program.script}.js`)]
    : [...options, ...typescript, join(root, `${program.script}.ts`)];
  return spawnChild(home, program.name, process.execPath, args, {
    env: program.env,
    cwd: root,
    signal: 'SIGTERM',
    graceMs: STOP_WITHIN_MS,
  });
}

async function isReady(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(ASK_WITHIN_MS) });
    await answer.body?.cancel();
    return answer.status === 200;
  } catch {
    return false;
  }
}

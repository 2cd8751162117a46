import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { StackError } from './error';
import { forgetProcess, recordProcess, type Home } from './home';
import { identify, killGroup } from './processes';
import { until } from './until';

/** A process of the stack: a server, the worker, the API. */
export interface Child {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** Resolves, and never rejects, when the process is gone; says how it went ("code 1", "signal SIGKILL"). */
  readonly exited: Promise<string>;
  hasExited(): boolean;
  exitCode(): number | null;
  /** Asks it to end; kills it with its group if it is still there after the grace time. */
  stop(): Promise<void>;
  kill(): void;
  /** The end of what it wrote since it was started, at most `lines` lines. */
  lastLines(lines?: number): string;
}

export interface ChildOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
  /** The signal that ends it cleanly. */
  readonly signal: NodeJS.Signals;
  /** How long it has for that, in milliseconds. */
  readonly graceMs: number;
  /** A group of its own: Ctrl-C then reaches only the one who stops everything in order. Default true. */
  readonly ownGroup?: boolean;
}

/** A process that couldn't be started, or ended before it was ready. */
export class ChildError extends StackError {
  override readonly name = 'ChildError';
}

/** A log that grew beyond this is put aside as `<name>.log.1` before the next start writes on. */
const LOG_LIMIT_BYTES = 20_000_000;

/**
 * Starts a process that writes to `logs/<name>.log` and is on record in `run/` for as long as it lives.
 * @throws ChildError when it can't be started at all.
 */
export async function spawnChild(
  home: Home,
  name: string,
  command: string,
  args: readonly string[],
  options: ChildOptions,
): Promise<Child> {
  const logFile = join(home.logs, `${name}.log`);
  if (existsSync(logFile) && statSync(logFile).size > LOG_LIMIT_BYTES) renameSync(logFile, `${logFile}.1`);
  // The child holds the file itself: its log goes on even when this process is killed.
  const log = openSync(logFile, 'a', 0o600);
  const logStart = statSync(logFile).size;
  const child = spawn(command, args, {
    env: options.env,
    cwd: options.cwd,
    uid: options.uid,
    gid: options.gid,
    detached: options.ownGroup ?? true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);

  let ended: { code: number | null; how: string } | null = null;
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => {
      ended = { code, how: signal ? `signal ${signal}` : `code ${code}` };
      resolve(ended.how);
    });
  });
  const failed = new Promise<Error>((resolve) => child.once('error', resolve));
  const { pid } = child;
  if (pid === undefined) throw new ChildError(`${command} can't be started: ${(await failed).message}`);

  const identity = identify(pid);
  if (identity) {
    recordProcess(home, { ...identity, name, signal: options.signal });
    void exited.then(() => forgetProcess(home, identity));
  }
  const hasExited = (): boolean => ended !== null;
  return {
    name,
    pid,
    logFile,
    exited,
    hasExited,
    exitCode: () => ended?.code ?? null,
    kill: () => {
      if (!hasExited()) killGroup(pid);
    },
    stop: async () => {
      if (hasExited()) return;
      child.kill(options.signal);
      if (await until(hasExited, options.graceMs)) return;
      killGroup(pid);
      await exited;
    },
    lastLines: (lines = 15) => {
      const text = readFileSync(logFile).subarray(logStart).toString('utf8').trimEnd();
      return text.split('\n').slice(-lines).join('\n');
    },
  };
}

/** Tells why a child ended before it was ready, with the end of its log. */
export function earlyEnd(child: Child, how: string): ChildError {
  return new ChildError(
    `${child.name} ended before it was ready (${how}).\n${child.lastLines()}\nAll of it: ${child.logFile}`,
  );
}

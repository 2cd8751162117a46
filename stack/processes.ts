import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { until } from './until';

const STOPPED_WITHIN_MS = 2_000;

/**
 * A process that can't be mistaken for another one: a pid alone is given out again, so the moment at which the
 * process started (in the system's own words, never parsed) goes with it.
 */
export interface ProcessIdentity {
  readonly pid: number;
  readonly token: string;
}

/** @returns null where no such process runs; a zombie counts as gone, because it holds nothing any more. */
export function identify(pid: number): ProcessIdentity | null {
  const token = process.platform === 'linux' ? linuxToken(pid) : psToken(pid);
  return token === null ? null : { pid, token };
}

export function isRunning(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.token === identity.token;
}

/** @returns the command line with its arguments, or '' where it can't be read. */
export function commandLine(pid: number): string {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}

/**
 * Sends `signal`, waits, and kills the process with its group if it is still there after `graceMs`.
 * @returns whether it went by itself.
 */
export async function stopProcess(
  identity: ProcessIdentity,
  signal: NodeJS.Signals,
  graceMs: number,
): Promise<boolean> {
  if (!isRunning(identity)) return true;
  send(identity.pid, signal);
  if (await until(() => !isRunning(identity), graceMs)) return true;
  killGroup(identity.pid);
  await until(() => !isRunning(identity), graceMs);
  return false;
}

/** SIGKILL to the process and to its group, if it leads one. Not being there is no error. */
export function killGroup(pid: number): void {
  send(-pid, 'SIGKILL');
  send(pid, 'SIGKILL');
}

/**
 * Stops a process where it is, until SIGCONT. SIGSTOP reaches the threads one by one, and what they write until then
 * must not be missed.
 * @throws Error when one of them still runs after two seconds.
 */
export async function standStill(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  if (!(await until(() => isStopped(pid), STOPPED_WITHIN_MS))) throw new Error(`process ${pid} does not stop`);
}

function isStopped(pid: number): boolean {
  if (process.platform !== 'linux') return psState(pid).startsWith('T');
  return readdirSync(`/proc/${pid}/task`).every((task) => {
    const file = `/proc/${pid}/task/${task}/stat`;
    // A thread that has ended meanwhile writes nothing any more.
    if (!existsSync(file)) return true;
    const stat = readFileSync(file, 'latin1');
    return stat.charAt(stat.lastIndexOf(')') + 2) === 'T';
  });
}

function psState(pid: number): string {
  return execFileSync('ps', ['-o', 'state=', '-p', String(pid)], { encoding: 'utf8' }).trim();
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function linuxToken(pid: number): string | null {
  try {
    // The name in parentheses may hold spaces and parentheses itself; the fields begin after the last one.
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return null;
    return `${bootId()}-${fields[19]}`;
  } catch {
    return null;
  }
}

/** Ticks since boot repeat after a reboot, hence the boot's own id. */
function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').slice(0, 8);
  } catch {
    return 'boot';
  }
}

function psToken(pid: number): string | null {
  try {
    const options = { encoding: 'utf8', env: { LC_ALL: 'C', TZ: 'UTC', PATH: '/bin:/usr/bin' } } as const;
    const line = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], { ...options, stdio: 'pipe' }).trim();
    if (line === '' || line.startsWith('Z')) return null;
    return line.replace(/^\S+\s+/, '').replace(/[^0-9A-Za-z]+/g, '');
  } catch {
    return null;
  }
}

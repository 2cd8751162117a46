import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { until } from './until';

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

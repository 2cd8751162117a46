import { readdirSync, readFileSync } from 'node:fs';
import type { Child } from '../../../stack/child';
import type { Service } from '../../../stack/supervisor';
import { until } from '../../../stack/until';
import type { Part, Victim } from './topology';

const GONE_WITHIN_MS = 30_000;

/** A service of the stack as somebody who can be hurt. */
export class ServiceVictim implements Victim {
  private child: Child | null = null;
  private readonly unasked: string[] = [];
  /** The end of this one is wanted. */
  private asked: Child | null = null;

  constructor(
    private readonly service: Service,
    readonly part: Part,
    readonly name: string = service.name,
  ) {}

  pids(): readonly number[] {
    return this.child && this.alive() ? familyOf(this.child.pid) : [];
  }

  alive(): boolean {
    return this.child !== null && !this.child.hasExited();
  }

  async kill9(): Promise<void> {
    const { child } = this;
    if (!child || !this.alive()) return;
    this.asked = child;
    const family = familyOf(child.pid);
    for (const pid of family) signal(pid, 'SIGKILL');
    await child.exited;
    if (!(await until(() => !family.some(runs), GONE_WITHIN_MS))) throw new Error(`${this.name} survived SIGKILL`);
  }

  async terminate(): Promise<string> {
    const { child } = this;
    if (!child || !this.alive()) return 'was down';
    this.asked = child;
    await child.stop();
    return child.exited;
  }

  freeze(): Promise<void> {
    // The leader first: it can't have children any more when they are counted.
    if (this.child && this.alive()) signal(this.child.pid, 'SIGSTOP');
    for (const pid of this.pids()) signal(pid, 'SIGSTOP');
    return Promise.resolve();
  }

  thaw(): Promise<void> {
    for (const pid of [...this.pids()].reverse()) signal(pid, 'SIGCONT');
    return Promise.resolve();
  }

  async start(): Promise<void> {
    if (this.alive()) return;
    await this.service.start((child) => {
      this.child = child;
      void child.exited.then((how) => {
        if (this.asked !== child) this.unasked.push(how);
      });
    });
  }

  mayFall(): void {
    this.asked = this.child;
  }

  falls(): readonly string[] {
    return this.unasked;
  }
}

/** A process and all that it has started, and those have started, the eldest first. */
function familyOf(leader: number): number[] {
  const childrenOf = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const parent = /^\d+$/.test(name) ? parentOf(Number(name)) : null;
    if (parent !== null) childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), Number(name)]);
  }
  const family = [leader];
  for (const pid of family) family.push(...(childrenOf.get(pid) ?? []));
  return family;
}

/** @returns null where it is gone, or nothing but a name is left of it. */
function parentOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' || state === 'X' ? null : Number(parent);
  } catch {
    return null;
  }
}

function runs(pid: number): boolean {
  return parentOf(pid) !== null;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

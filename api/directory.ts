import type { Kysely } from 'kysely';
import type { Clock } from '../common/clock';
import type { ProjectDays } from '../domain/calendar';
import type { FamilyPolicy } from '../domain/policy';
import type { Database } from '../db/schema';
import { isTransient } from '../db/database';
import { currentPolicy, policyVersion } from '../db/queries/policies';
import { findProject, type Project } from '../db/queries/directory';
import { projectDays } from '../db/queries/projects';
import { problem } from './http/problem';
import type { Reads } from './reads';

/** How long something read once is believed. While the database is away it is believed on. Milliseconds. */
const FRESH = 2_000;

interface Kept<T> {
  readonly at: number;
  readonly value: T;
}

/**
 * What every start and command needs from the database, kept in memory: projects and policies. A database that is down
 * delays readers, never commands (architecture.md), so what was known last goes on being used until it is back.
 */
export class Directory {
  private readonly kept = new Map<string, Kept<unknown>>();

  constructor(
    private readonly db: Kysely<Database>,
    private readonly clock: Clock,
    private readonly reads: Reads,
  ) {}

  project(id: string): Promise<Project | null> {
    return this.remember(`project/${id}`, () => findProject(this.db, id));
  }

  /** The holidays and working days that a new case of the project begins with; null where it has none of its own. */
  projectDays(id: string): Promise<ProjectDays | null> {
    return this.remember(`days/${id}`, () => projectDays(this.db, id));
  }

  /** The policy that a new case begins with; null when the family has none. */
  async currentPolicy(family: string): Promise<FamilyPolicy | null> {
    const found = await this.remember(
      `policy/${family}`,
      async () => (await currentPolicy(this.db, family))?.document ?? null,
    );
    // Cases begun with it are shown by it, also when the database goes away the moment after.
    if (found) this.kept.set(`policy/${family}/${found.version}`, { at: this.clock.now(), value: found });
    return found;
  }

  /** The version a running case carries. Published versions never change. */
  async policy(family: string, version: number): Promise<FamilyPolicy> {
    const found = await this.remember(
      `policy/${family}/${version}`,
      async () => (await policyVersion(this.db, family, version))?.document ?? null,
    );
    if (!found) throw problem('unknown-policy');
    return found;
  }

  /** @throws what `read` throws, unless the database is away and an older value is known. */
  async remember<T>(key: string, read: () => Promise<T>): Promise<T> {
    const now = this.clock.now();
    const known = this.kept.get(key) as Kept<T> | undefined;
    if (known && Math.abs(now - known.at) < FRESH) return known.value;
    try {
      const value = await this.reads.ask(read);
      this.kept.set(key, { at: now, value });
      return value;
    } catch (error) {
      if (known && isTransient(error)) return known.value;
      throw error;
    }
  }

  /** What was just changed through this process is read anew. */
  forget(key: string): void {
    this.kept.delete(key);
  }
}

import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '../../common/clock';
import { HOUR, MINUTE, SECOND } from '../../domain/instant';
import { problem } from '../http/problem';

type KeyFinder = ReturnType<typeof createLocalJWKSet>;

/** So long keys are used before they are asked for again: one that was taken back is good for no longer. */
const FRESH = 10 * MINUTE;
/** So long those that are known go on when the provider does not answer. */
const KEPT = 24 * HOUR;
/** Keys that nobody knows have them asked for, but not more often than this: anybody can make such a key id up. */
const PAUSE = 30 * SECOND;
/** The same while no key can be used. */
const SHORT_PAUSE = 5 * SECOND;
/** How long the provider may take. Milliseconds. */
const WITHIN = 3_000;

interface Kept {
  readonly find: KeyFinder;
  readonly at: number;
}

/** Public keys of the identity provider, by its JWKS address; they change without anybody telling us. */
export class KeySet {
  private kept: Kept | null = null;
  private askedAt = -Infinity;
  private asking: Promise<void> | null = null;

  constructor(
    private readonly url: string,
    private readonly clock: Clock,
  ) {}

  /** For jose. @throws Problem identity-provider-away when no key is known; JWKSNoMatchingKey. */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    if (this.age >= FRESH) await this.refresh();
    const kept = this.usable();
    try {
      return await kept.find(header, token);
    } catch (error) {
      if (!(await this.refresh())) throw error;
      return this.usable().find(header, token);
    }
  };

  private usable(): Kept {
    if (this.kept && this.age < KEPT) return this.kept;
    throw problem('identity-provider-away');
  }

  private get age(): number {
    return this.clock.now() - (this.kept?.at ?? -Infinity);
  }

  /** Asks anew, once for all who wait; not sooner than a pause after the last time. @returns whether it asked. */
  private async refresh(): Promise<boolean> {
    if (!this.asking) {
      const now = this.clock.now();
      if (Math.abs(now - this.askedAt) < (this.age < KEPT ? PAUSE : SHORT_PAUSE)) return false;
      this.askedAt = now;
      this.asking = this.ask(now).finally(() => (this.asking = null));
    }
    await this.asking;
    return true;
  }

  /** What can't be had leaves those that are known. */
  private async ask(now: number): Promise<void> {
    try {
      const answer = await fetch(this.url, { redirect: 'error', signal: AbortSignal.timeout(WITHIN) });
      if (answer.ok) this.kept = { find: createLocalJWKSet((await answer.json()) as JSONWebKeySet), at: now };
    } catch {
      // Away, slow, or no key set: the next request asks again.
    }
  }
}

import { createHash } from 'node:crypto';

import { addressKey, refuseFor, type RateLimiter } from './rate-limit';

/**
 * Makes trying out keys slow: an address that sent too many wrong ones waits, and what it sends meanwhile is compared
 * with nothing. Keys that were right before pass all the same, so one broken client locks no colleague out who comes
 * from the same address; they are looked up as always.
 */
export class Guesses {
  /** Digests of credentials that were right, in order of use. */
  private readonly right = new Set<string>();

  constructor(
    private readonly limiter: RateLimiter | null,
    private readonly maxRemembered = 10_000,
  ) {}

  /**
   * @param credential as it was sent; null where it is not known yet.
   * @throws Problem rate-limited
   */
  admit(address: string | undefined, credential: string | null): void {
    if (!this.limiter || (credential !== null && this.right.has(digest(credential)))) return;
    refuseFor(this.limiter.wait(addressKey(address)), 'address');
  }

  wasWrong(address: string | undefined): void {
    this.limiter?.take(addressKey(address));
  }

  wasRight(credential: string): void {
    if (!this.limiter) return;
    const name = digest(credential);
    this.right.delete(name);
    this.right.add(name);
    const [quietest] = this.right;
    if (this.right.size > this.maxRemembered && quietest !== undefined) this.right.delete(quietest);
  }
}

const digest = (credential: string): string => createHash('sha256').update(credential).digest('base64url');

import { ipKeyGenerator } from 'express-rate-limit';

import type { Clock } from '../../common/clock';
import { problem } from './problem';

/** So many requests at once, and then as many as come free again evenly over the period. */
export interface RateLimit {
  readonly requests: number;
  readonly perSeconds: number;
}

export interface RateLimiter {
  /** @returns 0 when the request may pass, else the seconds to wait. */
  take(key: string): number;
}

/** How many callers are remembered; beyond it those who were quiet longest are forgotten. */
const MAX_CALLERS = 100_000;
const IPV6_SUBNET = 64;
/** ms; shares of a period don't always add up to it in doubles. */
const ROUNDING = 0.001;

/**
 * The generic cell rate algorithm, one number per caller. express-rate-limit counts by the machine's time, and a
 * story that plays days in seconds needs the injected clock; only its rule for IPv6 addresses is taken.
 */
export function createRateLimiter(clock: Clock, limit: RateLimit, maxCallers = MAX_CALLERS): RateLimiter {
  const period = limit.perSeconds * 1000;
  const share = period / limit.requests;
  /** Caller → the instant his used-up share is free again. In order of use, so the first is the quietest. */
  const freeAt = new Map<string, number>();
  return {
    take(key) {
      const now = clock.now();
      forgetQuiet(freeAt, now, maxCallers);
      // Capped, so that a clock set back locks nobody out for longer than one period.
      const before = Math.min(Math.max(freeAt.get(key) ?? now, now), now + period);
      const after = before + share;
      freeAt.delete(key);
      const isFree = after - now <= period + ROUNDING;
      freeAt.set(key, isFree ? after : before);
      return isFree ? 0 : Math.max(1, Math.ceil((after - period - now) / 1000));
    },
  };
}

/** @throws Problem 429 with Retry-After. */
export function requireShare(limiter: RateLimiter | null, scope: 'address' | 'principal', key: string): void {
  const seconds = limiter?.take(key) ?? 0;
  if (seconds === 0) return;
  throw problem('rate-limited', { scope, seconds }, { headers: { 'Retry-After': String(seconds) } });
}

/** One caller per IPv4 address and per IPv6 /64, which is what one line usually has. */
export function addressKey(address: string | undefined): string {
  return address === undefined ? 'unknown' : ipKeyGenerator(address, IPV6_SUBNET);
}

function forgetQuiet(freeAt: Map<string, number>, now: number, maxCallers: number): void {
  let looks = 0;
  for (const [key, instant] of freeAt) {
    if (freeAt.size < maxCallers && (instant > now || looks >= 2)) return;
    freeAt.delete(key);
    looks += 1;
  }
}

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
  /** @returns what `take` would, and takes nothing. */
  wait(key: string): number;
  /** What was taken by one request counts no more. */
  giveBack(key: string): void;
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
  // Capped, so that a clock set back locks nobody out for longer than one period.
  const usedUntil = (key: string, now: number): number => Math.min(Math.max(freeAt.get(key) ?? now, now), now + period);
  const waitFor = (after: number, now: number): number =>
    after - now <= period + ROUNDING ? 0 : Math.max(1, Math.ceil((after - period - now) / 1000));
  const keep = (key: string, instant: number): void => {
    freeAt.delete(key);
    freeAt.set(key, instant);
  };
  return {
    take(key) {
      const now = clock.now();
      forgetQuiet(freeAt, now, maxCallers);
      const before = usedUntil(key, now);
      const seconds = waitFor(before + share, now);
      keep(key, seconds === 0 ? before + share : before);
      return seconds;
    },
    wait(key) {
      const now = clock.now();
      return waitFor(usedUntil(key, now) + share, now);
    },
    giveBack(key) {
      if (freeAt.has(key)) keep(key, usedUntil(key, clock.now()) - share);
    },
  };
}

/** @throws Problem 429 with Retry-After. */
export function requireShare(limiter: RateLimiter | null, scope: 'address' | 'principal', key: string): void {
  refuseFor(limiter?.take(key) ?? 0, scope);
}

/** @throws Problem 429 with Retry-After, unless nobody has to wait. */
export function refuseFor(seconds: number, scope: 'address' | 'principal'): void {
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

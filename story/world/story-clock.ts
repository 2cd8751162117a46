import type { Clock } from '../../common/clock';
import { systemClock } from '../../common/clock';
import type { Instant, Millis } from '../../domain/instant';

/**
 * Story time as a function of the Temporal test server's time. While people act it stands still at the moment of the
 * step, for a stretch of the server's time that is decided beforehand; between steps it runs with the server's clock,
 * which skips ahead. A server instant that was once shown as a story instant is shown so for ever: workflows that
 * replay see the same time.
 */
export class StoryClock implements Clock {
  private readonly stretches: Stretch[];
  private latest: Instant;
  private seen: { readonly server: Instant; readonly real: Instant };

  /** Stands still at `begin` from this instant of the server until the other. */
  constructor(begin: Instant, from: Instant, until: Instant) {
    this.latest = begin;
    this.stretches = [{ server: from, until, story: begin }];
    this.seen = { server: from, real: systemClock.now() };
  }

  /** What the API's clock shows. */
  now(): Instant {
    return this.latest;
  }

  /** The server's instant at which the story goes on. */
  get resumesAt(): Instant {
    return this.last.until;
  }

  /** From this instant of the server, which has not been yet, until the other the story stands still at `story`. */
  standStill(story: Instant, from: Instant, until: Instant): void {
    const { last } = this;
    if (from < last.server || story < last.story) throw new RangeError('story time is planned forwards only');
    if (from < last.until) this.stretches[this.stretches.length - 1] = { ...last, until: from };
    this.stretches.push({ server: from, until, story });
    this.latest = Math.max(this.latest, story);
  }

  /** It stands still for longer than was thought. Only before the instant at which it would have gone on. */
  extend(until: Instant): void {
    const { last } = this;
    if (until > last.until) this.stretches[this.stretches.length - 1] = { ...last, until };
  }

  /** The instant and the fraction of a millisecond that the server's instant is shown as. */
  show(server: Instant, nanos: number): { readonly instant: Instant; readonly nanos: number } {
    this.note(server);
    const stretch = this.stretches.findLast((candidate) => candidate.server <= server) ?? this.first;
    if (server < stretch.server) return { instant: stretch.story + (server - stretch.server), nanos };
    if (server < stretch.until) return { instant: stretch.story, nanos: 0 };
    const instant = stretch.story + (server - stretch.until);
    if (stretch === this.last && instant > this.latest) this.latest = instant;
    return { instant, nanos };
  }

  /** How far the story is when the server shows this. */
  storyAt(server: Instant): Instant {
    return this.show(server, 0).instant;
  }

  /** The server's instant for a story instant that a client names. */
  serverAt(story: Instant): Instant {
    const stretch = this.stretches.findLast((candidate) => candidate.story <= story) ?? this.first;
    return stretch.until + (story - stretch.story);
  }

  /**
   * By how much longer a timer that is set now has to run on the server, so that it does not run while the story
   * stands still.
   */
  held(): Millis {
    const server = this.seen.server + (systemClock.now() - this.seen.real);
    return Math.max(0, this.last.until - server);
  }

  /** The latest instant that the server has named tells what its clock shows. */
  private note(server: Instant): void {
    const real = systemClock.now();
    if (server > this.seen.server + (real - this.seen.real)) this.seen = { server, real };
  }

  private get first(): Stretch {
    return this.stretches[0] as Stretch;
  }

  private get last(): Stretch {
    return this.stretches.at(-1) as Stretch;
  }
}

/** The story stands still at `story` from one instant of the server until another, then it runs. */
interface Stretch {
  readonly server: Instant;
  readonly until: Instant;
  readonly story: Instant;
}

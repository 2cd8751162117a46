import type { Clock } from '../../common/clock';
import { systemClock } from '../../common/clock';
import type { Instant, Millis } from '../../domain/instant';

/**
 * Story time as a function of the Temporal test server's time. Between steps it runs with the server's clock, which
 * skips ahead; at the moment of a step it stands still while people act, for a stretch of the server's time. Both are
 * decided before the server gets there, and a server instant that was once shown as a story instant is shown so for
 * ever: workflows that replay see the same time.
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

  /**
   * The story will run on to `story` and stand still there for this long. To be said before the server gets there.
   *
   * @param server what its clock shows now.
   * @returns the server's instant at which the story arrives.
   */
  standStillAt(story: Instant, length: Millis, server: Instant): Instant {
    const { last } = this;
    const from = Math.max(last.until + (story - last.story), server);
    this.stretches.push({ server: from, until: from + length, story });
    return from;
  }

  /** The story has arrived at its next moment. */
  arrive(story: Instant): void {
    this.latest = Math.max(this.latest, story);
  }

  /** It stands still for longer than was thought. To be said before the instant at which it would have gone on. */
  extend(until: Instant): void {
    const { last } = this;
    if (until > last.until) this.stretches[this.stretches.length - 1] = { ...last, until };
  }

  /** The instant and the fraction of a millisecond that the server's instant is shown as. */
  show(server: Instant, nanos: number): { readonly instant: Instant; readonly nanos: number } {
    this.note(server);
    const shown = this.at(server);
    const stands = this.stretches.some((stretch) => server >= stretch.server && server < stretch.until);
    this.latest = Math.max(this.latest, shown);
    return { instant: shown, nanos: stands ? 0 : nanos };
  }

  /** The server's instant for a story instant that a client names. */
  serverAt(story: Instant): Instant {
    const stretch = this.stretches.findLast((candidate) => candidate.story <= story) ?? this.first;
    return story === stretch.story ? stretch.server : stretch.until + (story - stretch.story);
  }

  /** How long a timer has to run on the server that is set now and is to run this long in the story. */
  lengthOnServer(length: Millis): Millis {
    const server = this.seen.server + (systemClock.now() - this.seen.real);
    const story = this.at(server) + length;
    // Set milliseconds after its length was computed, one that is due at the moment of a step would miss it.
    const meant = this.stretches.find(
      (ahead) => ahead.server > server && story >= ahead.story && story < ahead.story + SLACK,
    );
    return Math.max(0, (meant ? meant.server : this.serverAt(story)) - server);
  }

  private at(server: Instant): Instant {
    const stretch = this.stretches.findLast((candidate) => candidate.server <= server) ?? this.first;
    if (server < stretch.server) return stretch.story + (server - stretch.server);
    return stretch.story + Math.max(0, server - stretch.until);
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

/** How long a workflow may take to set a timer, at the most. */
const SLACK: Millis = 1_000;

/** The story stands still at `story` from one instant of the server until another, then it runs. */
interface Stretch {
  readonly server: Instant;
  readonly until: Instant;
  readonly story: Instant;
}

import type { Clock } from '../../common/clock';
import type { Instant, Millis } from '../../domain/instant';

/**
 * Story time as a function of the Temporal test server's time. While people act it stands still at the moment of the
 * step; between steps it runs with the server's clock, which skips ahead. A server instant that was once shown as a
 * story instant is shown so for ever: workflows that replay see the same time.
 */
export class StoryClock implements Clock {
  private readonly segments: Segment[] = [];
  private latest: Instant;

  /** @param server the server's time at which the story is `begin`, and stands still. */
  constructor(begin: Instant, server: Instant) {
    this.latest = begin;
    this.segments.push({ server, story: begin, still: true });
  }

  /** What the API's clock shows. */
  now(): Instant {
    return this.latest;
  }

  isStill(): boolean {
    return this.last.still;
  }

  /** From this instant of the server on the story stands still at `story`. */
  standStill(story: Instant, server: Instant): void {
    this.push({ server, story, still: true });
    this.latest = Math.max(this.latest, story);
  }

  /** From this instant of the server on the story runs on with it. */
  run(server: Instant): void {
    this.push({ server, story: this.storyAt(server), still: false });
  }

  storyAt(server: Instant): Instant {
    return this.show(server, 0).instant;
  }

  /** The instant and the fraction of a millisecond that the server's instant is shown as. */
  show(server: Instant, nanos: number): { readonly instant: Instant; readonly nanos: number } {
    const segment = this.segments.findLast((candidate) => candidate.server <= server) ?? this.first;
    if (segment.still && server >= segment.server) return { instant: segment.story, nanos: 0 };
    const instant = segment.story + (server - segment.server);
    if (instant > this.latest && !this.last.still) this.latest = instant;
    return { instant, nanos };
  }

  /** The server's instant at which the story shows this, as far as is known now: for what clients name themselves. */
  serverAt(story: Instant): Instant {
    const segment = this.segments.findLast((candidate) => candidate.story <= story) ?? this.first;
    return segment.server + (story - segment.story);
  }

  /** How long the server has to run until the story shows this, from where it runs or stands now. */
  ahead(story: Instant, server: Instant): Millis {
    return story - this.storyAt(server);
  }

  private push(segment: Segment): void {
    if (segment.server < this.last.server) throw new RangeError('story time is planned forwards only');
    this.segments.push(segment);
  }

  private get first(): Segment {
    return this.segments[0] as Segment;
  }

  private get last(): Segment {
    return this.segments.at(-1) as Segment;
  }
}

interface Segment {
  readonly server: Instant;
  readonly story: Instant;
  readonly still: boolean;
}

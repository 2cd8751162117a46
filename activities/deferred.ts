import type { Clock } from '../common/clock';
import type { Metrics } from '../common/metrics';
import { MINUTE, type Instant } from '../domain/instant';
import type { JournalBatch } from '../workflows/contracts/journal';

/** Tries are a minute apart at the most (workflows/lib/options.ts), so a batch unheard of for longer is another worker's. */
const FORGOTTEN = 3 * MINUTE;

/**
 * The batches that this worker was given again because the database did not take them: how many, and how old the oldest
 * is. Temporal hands each try to whichever worker asks first, so this is what one of them knows.
 */
export class Deferred {
  private readonly known = new Map<
    string,
    { readonly no: string; readonly since: Instant; readonly triedAt: Instant }
  >();

  constructor(
    { onScrape, projectionPending, projectionOldest }: Metrics,
    private readonly clock: Clock,
  ) {
    onScrape(() => {
      const now = clock.now();
      for (const [key, { triedAt }] of this.known) if (now - triedAt > FORGOTTEN) this.known.delete(key);
      const since = Math.min(now, ...[...this.known.values()].map((batch) => batch.since));
      projectionPending.set(new Set([...this.known.values()].map(({ no }) => no)).size);
      projectionOldest.set((now - since) / 1000);
    });
  }

  /** An ordinary activity could not write it. */
  add(batch: JournalBatch): void {
    this.known.set(keyOf(batch), { no: batch.no, since: batch.fence, triedAt: this.clock.now() });
  }

  remove(batch: JournalBatch): void {
    this.known.delete(keyOf(batch));
  }
}

/** A batch that is carried over into the next run is longer, and begins the same. */
function keyOf({ no, events }: JournalBatch): string {
  return `${no}/${events[0]?.seq ?? 0}`;
}

import type { FeedEntry, FeedPosition } from '../../db/queries/feed';

/** What waits to be told about one case: the newest of each kind. */
export interface Letter {
  readonly position: FeedPosition;
  readonly entries: readonly FeedEntry[];
}

/** What waits for one client: at most one letter per case, in the order of their newest entries. */
export class Mailbox {
  private waiting = new Map<string, Map<FeedEntry['kind'], FeedEntry>>();
  private readonly positions = new Map<string, FeedPosition>();

  /** Cases that wait. */
  get size(): number {
    return this.waiting.size;
  }

  put(entry: FeedEntry): void {
    const kinds = this.waiting.get(entry.caseNo) ?? new Map<FeedEntry['kind'], FeedEntry>();
    const known = kinds.get(entry.kind);
    kinds.set(entry.kind, known && isOlder(entry, known) ? known : entry);
    // Put in anew, at the end: whoever has read up to an id has everything before it.
    this.waiting.delete(entry.caseNo);
    this.waiting.set(entry.caseNo, kinds);
    this.positions.set(entry.caseNo, { xid: entry.xid, n: entry.n });
  }

  /** Everything, and nothing is left. */
  take(): Letter[] {
    const letters = [...this.waiting].map(([caseNo, kinds]): Letter => {
      const position = this.positions.get(caseNo);
      if (!position) throw new Error('a letter without a position');
      return { position, entries: [...kinds.values()] };
    });
    this.waiting = new Map();
    this.positions.clear();
    return letters;
  }
}

/** A workflow task that ran twice may lower `seq`: the later run has the greater fence. */
function isOlder(one: FeedEntry, other: FeedEntry): boolean {
  const [a, b] = [one.fence ?? 0, other.fence ?? 0];
  return a < b || (a === b && one.seq < other.seq);
}

import type { FeedPosition } from '../../db/queries/feed';

/** Where a client was: the feed of which database, and the last entry he has everything up to. */
export interface Place {
  readonly epoch: string;
  readonly position: FeedPosition;
}

const FORM = /^([0-9-]{1,60}):([0-9]{1,20})\.([0-9]{1,15})$/;
const MAX_XID = 2n ** 64n - 1n;

/** `7430…-1-16384:742.18`, the id of an event. */
export function formatPlace({ epoch, position }: Place): string {
  return `${epoch}:${position.xid}.${position.n}`;
}

/** null for a text of another form. */
export function parsePlace(text: string): Place | null {
  const [, epoch, xid, n] = FORM.exec(text) ?? [];
  if (epoch === undefined || xid === undefined || n === undefined || BigInt(xid) > MAX_XID) return null;
  return { epoch, position: { xid, n: Number(n) } };
}

import { z } from 'zod';
import type { ListCursor, Page } from '../db/queries/lists';
import { isoOf } from '../domain/instant';
import type { ApiDeps } from './deps';
import { queryInteger } from './http/query';

/** Parameters that every list takes. */
export const pageQuery = {
  limit: queryInteger({ min: 1, max: 200 }).default(50),
  cursor: z.string().max(2048).optional(),
};

/**
 * Every list: its rows, the cursor of the next page, how many there are on all pages, and as of when. `totalCapped`:
 * there are more than `total`, which is as far as a list counts.
 */
export function pageOf<T extends z.ZodType>(item: T, id: string) {
  return z
    .object({
      items: z.array(item),
      next: z.string().nullable(),
      total: z.int(),
      totalCapped: z.boolean(),
      asOf: z.string().meta({ format: 'date-time' }),
    })
    .meta({ id });
}

/**
 * Reads one page. `list` is the list's name, filter and sort: a cursor of another list is refused.
 * @throws Problem invalid-cursor
 */
export async function paged<Row, Item>(
  deps: Pick<ApiDeps, 'cursors'>,
  request: { readonly cursor?: string | undefined; readonly list: unknown; readonly now: number },
  read: (cursor: ListCursor | null) => Promise<Page<Row>>,
  show: (row: Row) => Item,
): Promise<{ items: Item[]; next: string | null; total: number; totalCapped: boolean; asOf: string }> {
  const from = request.cursor === undefined ? null : deps.cursors.decode(request.cursor, request.list);
  const asOf = from?.asOf ?? request.now;
  const page = await read(
    from && { sort: from.sort.map((value) => (typeof value === 'boolean' ? null : value)), id: from.id },
  );
  return {
    items: page.items.map(show),
    next: page.next && deps.cursors.encode({ ...page.next, asOf }, request.list),
    total: page.total,
    totalCapped: page.totalCapped,
    asOf: isoOf(asOf),
  };
}

import type { RowError } from '../../db/queries/imports';
import type { NamedEntry, NamedList } from '../../db/queries/named-lists';

/** Who or what a cell means; where nobody knows, what is wrong. */
export interface Found {
  readonly id: string | undefined;
  readonly error: RowError | null;
}

/** A department, post, skill or zone, as a ledger says it: by its id or by its name. */
export class Entries {
  readonly #ids = new Map<string, string>();

  constructor(
    private readonly list: NamedList,
    entries: readonly NamedEntry[],
  ) {
    const used = entries.filter(({ retiredAt }) => retiredAt === null);
    for (const { id, name } of used) this.#ids.set(name, id);
    // An id that is another entry's name is an id.
    for (const { id } of used) this.#ids.set(id, id);
  }

  /** @param field where it stands; the list where it is left out. */
  find(said: string | undefined, field: string = this.list): Found {
    const id = said === undefined ? undefined : this.#ids.get(said);
    const isUnknown = said !== undefined && id === undefined;
    return { id, error: isUnknown ? { field, code: 'code-unknown', expected: `a ${this.list} of the project` } : null };
  }
}

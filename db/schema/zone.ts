export const tableName = 'zone';

/** A zone (片区): some buildings of a project that the same people look after. */
export interface ZoneTable {
  project: string;
  id: string;
  name: string;
  retired_at: Date | null;
}

export type PartialDB = { [tableName]: ZoneTable };

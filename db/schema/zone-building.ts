export const tableName = 'zone_building';

/** A building is in one zone at most. */
export interface ZoneBuildingTable {
  project: string;
  building: string;
  zone: string;
}

export type PartialDB = { [tableName]: ZoneBuildingTable };

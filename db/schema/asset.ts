export const tableName = 'asset';

/** Something that is looked after and can break: a lift, a pump, a door. */
export interface AssetTable {
  id: string;
  project: string;
  kind: string;
  name: string;
  building: string | null;
  unit: string | null;
  zone: string | null;
  in_service_since: string | null;
  state: 'in-service' | 'out-of-service' | 'removed';
  created_at: Date;
}

export type PartialDB = { [tableName]: AssetTable };

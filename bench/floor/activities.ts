import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';

export interface FloorActivities {
  writeRow(number: number): Promise<void>;
}

export const FLOOR_TABLE = 'create table if not exists floor_row (id uuid primary key, number int not null)';

export function createFloorActivities(pool: Pool): FloorActivities {
  return {
    writeRow: async (number) => {
      await pool.query({
        name: 'floor-row',
        text: 'insert into floor_row (id, number) values ($1, $2)',
        values: [randomUUID(), number],
      });
    },
  };
}

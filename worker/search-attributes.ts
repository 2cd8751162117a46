import type { Connection } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { searchAttributes } from '../workflows/contracts/search-attributes';

const { INDEXED_VALUE_TYPE_KEYWORD } = temporal.api.enums.v1.IndexedValueType;
const ALREADY_EXISTS = 6;

/** Registers the typed search attributes with the namespace. Safe to repeat; two at once don't fight. */
export async function registerSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  for (const { name } of Object.values(searchAttributes)) {
    try {
      await connection.operatorService.addSearchAttributes({
        namespace,
        searchAttributes: { [name]: INDEXED_VALUE_TYPE_KEYWORD },
      });
    } catch (error) {
      if ((error as { code?: number }).code !== ALREADY_EXISTS) throw error;
    }
  }
}

import { loadConfig } from '../common/config';
import { createBlindIndex, type BlindIndex } from '../common/crypto/blind-index';
import { parseKey, parseKeyring } from '../common/crypto/keyring';
import { createSealer, type Sealer } from '../common/crypto/sealer';
import { createLogger } from '../common/logger';
import { createDatabase, type DatabaseHandle } from './database';
import { keepInitials, withoutInitials } from './queries/initials';
import { ERASED, readTexts } from './queries/vault';

const AT_ONCE = 500;

/**
 * Lets residents who came before be found by the initials of their names. Beside running programs; can be repeated.
 * @returns how many were filled.
 */
export async function fillInitials(
  { db }: Pick<DatabaseHandle, 'db'>,
  { sealer, index }: { readonly sealer: Sealer; readonly index: BlindIndex },
): Promise<number> {
  for (let filled = 0; ;) {
    const residents = await withoutInitials(db, AT_ONCE);
    if (residents.length === 0) return filled;
    const names = await readTexts(
      db,
      sealer,
      residents.map(({ nameRef }) => nameRef),
    );
    for (const { id, project, nameRef } of residents) {
      const name = names.get(nameRef) ?? ERASED;
      await keepInitials(db, id, name === ERASED ? '' : index.initialsOf(project, name));
    }
    filled += residents.length;
  }
}

async function main(): Promise<void> {
  const config = loadConfig();
  const logger = createLogger(config.logLevel, { service: 'fill-initials' });
  const database = createDatabase(config.databaseUrl, { logger, poolSize: 1 });
  try {
    const sealer = createSealer(parseKeyring(config.vaultKeys, 'GUANJIA_VAULT_KEYS'));
    const index = createBlindIndex(parseKey(config.indexKey, 'GUANJIA_INDEX_KEY'));
    const filled = await fillInitials(database, { sealer, index });
    logger.info({ filled }, 'residents can be found by their initials');
  } finally {
    await database.close();
  }
}

if (require.main === module) {
  main().catch((error: unknown) => {
    createLogger('error', { service: 'fill-initials' }).fatal({ err: error }, 'the initials could not be filled');
    process.exitCode = 1;
  });
}

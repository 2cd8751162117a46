import type { Clock } from '../../common/clock';
import type { Config } from '../../common/config';
import { createBlindIndex } from '../../common/crypto/blind-index';
import { parseKey, parseKeyring } from '../../common/crypto/keyring';
import { createSealer } from '../../common/crypto/sealer';
import type { Ids } from '../../common/ids';
import { createLogger } from '../../common/logger';
import { createDatabase } from '../../db/database';
import { createCompany, type CompanySpec } from '../../db/queries/company';
import { DEPARTMENTS } from '../plan/people';
import type { Plan } from '../plan/plan';
import { loginKey } from './keys';

/** Milliseconds until this process has loaded what it plays with. */
const LOADED_WITHIN = 60_000;

/** Puts the story's company into its database: what ops do before anybody can use the API. */
export async function foundCompany(plan: Plan, config: Config, clock: Clock, ids: Ids): Promise<void> {
  const logger = createLogger('error', { service: 'story' });
  // API and worker are being loaded in this process meanwhile, which may take longer than a server is waited for.
  const database = createDatabase(config.databaseUrl, { logger, poolSize: 1, connectTimeoutMs: LOADED_WITHIN });
  try {
    await createCompany(database.db, companyOf(plan), {
      sealer: createSealer(parseKeyring(config.vaultKeys, 'GUANJIA_VAULT_KEYS')),
      index: createBlindIndex(parseKey(config.indexKey, 'GUANJIA_INDEX_KEY')),
      clock,
      ids,
    });
  } finally {
    await database.close();
  }
}

function companyOf({ projects, people, households, places }: Plan): CompanySpec {
  return {
    id: 'story',
    name: '管家物业',
    projects: projects.map(({ id, name, zone }) => ({
      id,
      name,
      zone,
      departments: DEPARTMENTS,
      places: places.get(id) ?? {},
      households: households
        .filter(({ project }) => project === id)
        .map(({ colour, project: _project, ...home }) => ({ ...home, ...(colour ? { careColour: colour } : {}) })),
    })),
    staff: people.map(({ id, name, role, department, projects: own, active }) => ({
      id,
      name,
      department,
      active,
      roles: (own ?? ['*']).map((project) => ({ project, role })),
    })),
    keys: [
      ...people.map(({ id, role, projects: own }) => ({
        plain: loginKey(id),
        label: id,
        role,
        staff: id,
        projects: own ?? ('*' as const),
      })),
      ...households.flatMap(({ id: household, project, residents }) =>
        residents.map(({ id }) => ({
          plain: loginKey(id),
          label: id,
          role: 'resident' as const,
          resident: id,
          household,
          projects: [project],
        })),
      ),
    ],
  };
}

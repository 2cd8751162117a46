/**
 * The first company of an installation: `node dist/deploy/create-company.js company.yaml`, with the environment of the
 * API. Prints one login key per person, once; only hashes are stored.
 */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { systemClock } from '../common/clock';
import { loadConfig } from '../common/config';
import { newApiKey } from '../common/crypto/api-key';
import { createBlindIndex } from '../common/crypto/blind-index';
import { parseKey, parseKeyring } from '../common/crypto/keyring';
import { createSealer } from '../common/crypto/sealer';
import { createIds } from '../common/ids';
import { createLogger } from '../common/logger';
import { createDatabase, type DatabaseHandle } from '../db/database';
import { createCompany, type KeySpec, type StaffSpec } from '../db/queries/company';
import { listStaff } from '../db/queries/directory';
import { ROLES } from '../domain/actor';
import { isZone } from '../domain/zone';

const id = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,39}$/, 'lower case letters, digits, "-" and "_"');
const name = z.string().trim().min(1).max(80);
const named = z.strictObject({ id, name });

const spec = z.strictObject({
  company: named,
  projects: z
    .array(
      z.strictObject({
        ...named.shape,
        zone: z.string().refine(isZone, 'an IANA time zone such as Asia/Shanghai'),
        departments: z.array(named).min(1),
      }),
    )
    .min(1),
  people: z
    .array(
      z.strictObject({
        ...named.shape,
        role: z.enum(ROLES).exclude(['resident', 'system']),
        department: id.optional(),
        projects: z.union([z.literal('*'), z.array(id).min(1)]),
      }),
    )
    .min(1),
});

type Person = z.output<typeof spec>['people'][number];

function member({ id: staff, name: called, role, department, projects }: Person): StaffSpec {
  const where = projects === '*' ? ['*'] : projects;
  return {
    id: staff,
    name: called,
    department: department ?? null,
    roles: where.map((project) => ({ project, role })),
  };
}

/** Nobody who is there already gets a second key here. */
async function newcomers(database: DatabaseHandle, people: readonly Person[]): Promise<Person[]> {
  const known = await listStaff(database.db, { projects: '*', ids: people.map((person) => person.id) });
  return people.filter((person) => !known.some((there) => there.id === person.id));
}

async function main(file: string | undefined): Promise<void> {
  if (file === undefined) throw new Error('usage: create-company <file.yaml>; deploy/company.example.yaml is one');
  const parsed = spec.safeParse(parse(readFileSync(file, 'utf8')));
  if (!parsed.success) throw new Error(`${file}:\n${z.prettifyError(parsed.error)}`);
  const { company, projects, people } = parsed.data;
  const config = loadConfig();
  const indexKey = parseKey(config.indexKey, 'GUANJIA_INDEX_KEY');
  const database = createDatabase(config.databaseUrl, {
    logger: createLogger(config.logLevel, { service: 'create-company' }),
    poolSize: 1,
  });
  try {
    const made = (await newcomers(database, people)).map((person) => ({ person, plain: newApiKey().plain }));
    const keys = made.map(({ person, plain }): KeySpec => {
      return { plain, label: 'first key', role: person.role, staff: person.id, projects: person.projects };
    });
    await createCompany(
      database.db,
      {
        ...company,
        projects: projects.map((project) => ({ ...project, households: [] })),
        staff: people.map(member),
        keys,
      },
      {
        sealer: createSealer(parseKeyring(config.vaultKeys, 'GUANJIA_VAULT_KEYS')),
        index: createBlindIndex(indexKey),
        clock: systemClock,
        ids: createIds(indexKey),
      },
    );
    for (const { person, plain } of made) console.log(`${person.role}\t${person.id}\t${plain}`);
    if (made.length < people.length) console.error('Whoever was there already got no new key.');
  } finally {
    await database.close();
  }
}

main(process.argv[2]).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});

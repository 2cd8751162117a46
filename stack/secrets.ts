import { randomBytes } from 'node:crypto';
import { chmodSync, closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { newApiKey } from '../common/crypto/api-key';
import { StackError } from './error';

/** One login key is made for each of these on the first start. */
export const ROLES = [
  'customer_service',
  'senior_cs_supervisor',
  'engineering',
  'security',
  'finance',
  'department_head',
  'duty_manager',
  'manager',
  'general_manager',
  'quality',
  'ops',
  'resident',
] as const;

/** What the first start makes up at random and every later one needs again. */
export interface Secrets {
  /** `k1:<base64 of 32 bytes>` */
  readonly codecKeys: string;
  readonly vaultKeys: string;
  /** base64 of 32 bytes */
  readonly indexKey: string;
  readonly postgresPassword: string;
  /** Plain keys: `gj_<16 hex>_<base64url of 32 bytes>`. The database only has their hashes. */
  readonly apiKeys: Readonly<Record<string, string>>;
}

/**
 * Reads `secrets.json`, or makes it (mode 0600). What an older version of the file lacks is added.
 * @throws StackError when the file is damaged, or missing beside data that only it could open: new keys would
 * make that data unreadable for good, so nothing is made up then.
 */
export function loadSecrets(folder: string): Secrets {
  const path = join(folder, 'secrets.json');
  const known = existsSync(path) ? parse(path) : {};
  if (!existsSync(path)) {
    const data = ['postgres', 'temporal.db'].find((name) => existsSync(join(folder, name)));
    if (data) {
      throw new StackError(
        `${path} is missing, but ${join(folder, data)} is there and can't be read without it. ` +
          `Put the file back, or move the whole folder away to begin anew.`,
      );
    }
  }
  const secrets: Secrets = {
    codecKeys: known.codecKeys ?? `k1:${random()}`,
    vaultKeys: known.vaultKeys ?? `k1:${random()}`,
    indexKey: known.indexKey ?? random(),
    postgresPassword: known.postgresPassword ?? randomBytes(24).toString('hex'),
    apiKeys: Object.fromEntries(ROLES.map((role) => [role, known.apiKeys?.[role] ?? newApiKey().plain])),
  };
  const text = JSON.stringify(secrets, null, 2) + '\n';
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writePrivately(path, text);
  chmodSync(path, 0o600);
  return secrets;
}

/** Writes by way of a temporary name, so that no reader and no crash ever sees half a file. Mode 0600. */
export function writePrivately(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  const file = openSync(temporary, 'w', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
}

function parse(path: string): Partial<Secrets> {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof value === 'object' && value !== null) return value;
    throw new SyntaxError('not an object');
  } catch (error) {
    throw new StackError(`${path} can't be read (${(error as Error).message}). Restore it from a copy.`);
  }
}

function random(): string {
  return randomBytes(32).toString('base64');
}

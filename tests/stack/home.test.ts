import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parseApiKey } from '../../common/crypto/api-key';
import { parseKey, parseKeyring } from '../../common/crypto/keyring';
import { homeFolder, openHome, prepareHome, writeEnvironmentFile } from '../../stack/home';
import { choosePorts, freePort } from '../../stack/ports';
import { loadSecrets, ROLES } from '../../stack/secrets';
import { testFolder } from '../support/servers';

describe('secrets.json', () => {
  test('holds random keys of the right shape, for its owner alone', () => {
    const folder = testFolder();

    const secrets = loadSecrets(folder);

    expect(statSync(join(folder, 'secrets.json')).mode & 0o777).toBe(0o600);
    expect(parseKeyring(secrets.codecKeys, 'codec').ids).toEqual(['k1']);
    expect(parseKeyring(secrets.vaultKeys, 'vault').ids).toEqual(['k1']);
    expect(parseKey(secrets.indexKey, 'index')).toHaveLength(32);
    expect(Object.keys(secrets.apiKeys)).toEqual([...ROLES]);
    expect(Object.values(secrets.apiKeys).map(parseApiKey)).not.toContain(null);
    expect(new Set([...Object.values(secrets), ...Object.values(secrets.apiKeys)]).size).toBe(5 + ROLES.length);
  });

  test('stays the same from start to start, and gets what a later version adds', () => {
    const folder = testFolder();
    const path = join(folder, 'secrets.json');
    const first = loadSecrets(folder);
    expect(loadSecrets(folder)).toEqual(first);

    const { ops, ...fewer } = first.apiKeys;
    writeFileSync(path, JSON.stringify({ ...first, apiKeys: fewer }), { mode: 0o644 });
    const later = loadSecrets(folder);

    expect(later).toEqual({ ...first, apiKeys: { ...first.apiKeys, ops: later.apiKeys.ops } });
    expect(later.apiKeys.ops).not.toBe(ops);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('is never made up anew beside data that only the lost one opens', () => {
    const folder = testFolder();
    mkdirSync(join(folder, 'postgres'));

    expect(() => loadSecrets(folder)).toThrow(/secrets\.json is missing, but .*postgres is there/);
  });

  test('that is damaged stops the start and is left as it is', async () => {
    const folder = testFolder();
    writeFileSync(join(folder, 'secrets.json'), '{"codecKeys":');

    await expect(openHome(folder)).rejects.toThrow(/secrets\.json can't be read/);

    expect(readFileSync(join(folder, 'secrets.json'), 'utf8')).toBe('{"codecKeys":');
    rmSync(join(folder, 'secrets.json'));
    const { release } = await openHome(folder);
    release();
  });
});

test('the env file is what node --env-file reads', () => {
  const home = prepareHome(testFolder());
  const values = { PLAIN: 'postgresql://u:p@127.0.0.1:5/db', KEYS: 'k1:+/8=', ODD: 'a #b "c"' };

  writeEnvironmentFile(home, values);

  const file = join(home.folder, 'env');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const script = 'process.stdout.write(JSON.stringify(["PLAIN", "KEYS", "ODD"].map((name) => process.env[name])))';
  const read = execFileSync(process.execPath, [`--env-file=${file}`, '-e', script], { encoding: 'utf8', env: {} });
  expect(JSON.parse(read)).toEqual(Object.values(values));
});

test('the data folder is GUANJIA_HOME, or .guanjia in the repository', () => {
  expect(homeFolder({ GUANJIA_HOME: '/srv/g' }, '/repo')).toBe('/srv/g');
  expect(homeFolder({}, '/repo')).toBe('/repo/.guanjia');
});

describe('ports', () => {
  test('are kept from start to start, are all different, and make way for the environment', async () => {
    const home = prepareHome(testFolder());
    const first = await choosePorts(home, {});
    expect(new Set(Object.values(first)).size).toBe(5);
    expect(await choosePorts(home, {})).toEqual(first);

    const told = await freePort();
    const second = await choosePorts(home, { GUANJIA_TEMPORAL_UI_PORT: String(told) });

    expect(second).toEqual({ ...first, temporalUi: told });
  });

  test('that the environment names must be free and must be numbers', async () => {
    const home = prepareHome(testFolder());
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;

    await expect(choosePorts(home, { GUANJIA_API_PORT: String(port) })).rejects.toThrow(
      `GUANJIA_API_PORT is ${port}, but another program listens there`,
    );
    other.close();
    await expect(choosePorts(home, { GUANJIA_API_PORT: '80x' })).rejects.toThrow(/must be a port number.*"80x"/);
  });
});

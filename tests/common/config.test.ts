import { expect, test } from '@jest/globals';
import { ConfigError, loadConfig } from '../../common/config';

const NEEDED = {
  DATABASE_URL: 'postgresql://nobody@127.0.0.1/none',
  TEMPORAL_ADDRESS: '127.0.0.1:1',
  GUANJIA_CODEC_KEYS: 'k',
  GUANJIA_VAULT_KEYS: 'k',
  GUANJIA_INDEX_KEY: 'k',
};

test('a worker has a version when both its deployment and its build are named', () => {
  expect(loadConfig(NEEDED)).toMatchObject({ deployment: undefined, heldPatches: [] });
  const named = { ...NEEDED, GUANJIA_DEPLOYMENT_NAME: 'guanjia', GUANJIA_BUILD_ID: '0.2.0' };
  expect(loadConfig(named).deployment).toEqual({ deploymentName: 'guanjia', buildId: '0.2.0' });
  for (const name of ['GUANJIA_DEPLOYMENT_NAME', 'GUANJIA_BUILD_ID']) {
    expect(() => loadConfig({ ...named, [name]: '' })).toThrow(name);
  }
  expect(() => loadConfig({ ...named, GUANJIA_DEPLOYMENT_NAME: 'guan.jia' })).toThrow(ConfigError);
  expect(loadConfig({ ...NEEDED, GUANJIA_HELD_PATCHES: 'one, two' }).heldPatches).toEqual(['one', 'two']);
});

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

test('new cases are opened under the newest rules, or under former ones, never under those of a release to come', () => {
  const rules = (GUANJIA_RULES?: string) => loadConfig({ ...NEEDED, GUANJIA_RULES }).rules;
  expect([rules(), rules(''), rules('1'), rules('2'), rules('3')]).toEqual([3, 3, 1, 2, 3]);
  for (const value of ['0', '4', '-1', '1.5', 'x']) expect(() => rules(value)).toThrow(/^GUANJIA_RULES must be/);
});

test('links for residents last 30 days, and are whole addresses where the API is reached from outside', () => {
  expect(loadConfig(NEEDED).links).toEqual({ baseUrl: null, days: 30 });
  const links = (more: object) => loadConfig({ ...NEEDED, ...more }).links;
  expect(links({ GUANJIA_PUBLIC_URL: 'https://wy.example/' })).toEqual({ baseUrl: 'https://wy.example', days: 30 });
  expect(links({ GUANJIA_PUBLIC_URL: 'http://127.0.0.1:8080', GUANJIA_LINK_DAYS: '7' })?.days).toBe(7);
  for (const days of ['0', '367', 'x', '1.5']) {
    expect(() => links({ GUANJIA_LINK_DAYS: days })).toThrow(/^GUANJIA_LINK_DAYS must be/);
  }
  // Whoever reads it on its way has the link.
  expect(() => links({ GUANJIA_PUBLIC_URL: 'http://wy.example' })).toThrow(/^GUANJIA_PUBLIC_URL must be/);
});

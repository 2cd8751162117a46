import { randomBytes } from 'node:crypto';
import { loadConfig } from '../../common/config';
import { runToEnd } from '../support/program';

jest.setTimeout(90_000);

/** The real programs without, or with a spoilt, variable: they end with 1 and name it, and never say what it holds. */

const secret = (): string => randomBytes(32).toString('base64');
const WHOLE = {
  NODE_ENV: 'production',
  DATABASE_URL: `postgresql://guanjia:${randomBytes(8).toString('hex')}@127.0.0.1:1/guanjia`,
  TEMPORAL_ADDRESS: '127.0.0.1:1',
  GUANJIA_CODEC_KEYS: `k1:${secret()}`,
  GUANJIA_VAULT_KEYS: `k1:${secret()}`,
  GUANJIA_INDEX_KEY: secret(),
};
const spoilt = `${randomBytes(20).toString('hex')}!`;
const SPOILT = {
  DATABASE_URL: spoilt,
  TEMPORAL_ADDRESS: spoilt,
  GUANJIA_CODEC_KEYS: `k1:${spoilt}`,
  GUANJIA_VAULT_KEYS: `k1:${spoilt}`,
  GUANJIA_INDEX_KEY: spoilt,
  GUANJIA_API_PORT: 'eighty',
  TEMPORAL_UI_URL: 'javascript:alert(1)',
};
const without = (name: string) => Object.fromEntries(Object.entries(WHOLE).filter(([key]) => key !== name));

test.each([
  ['worker/main.ts', Object.keys(WHOLE).slice(1), ['GUANJIA_CODEC_KEYS', 'GUANJIA_VAULT_KEYS']],
  ['api/main.ts', ['GUANJIA_INDEX_KEY'], ['GUANJIA_INDEX_KEY', 'GUANJIA_API_PORT']],
] as const)('%s does not start without what it needs', async (script, missing, wrong) => {
  const attempts = [
    ...missing.map((name) => ({ name, env: without(name) })),
    ...wrong.map((name) => ({ name, env: { ...WHOLE, [name]: SPOILT[name] } })),
  ];
  for (const { name, code, output } of await inTurn(attempts, async ({ name, env }) => {
    return { name, ...(await runToEnd(script, [], env)) };
  })) {
    expect([name, code]).toEqual([name, 1]);
    expect(output).toContain(name);
    for (const value of [spoilt, ...Object.values(WHOLE)].filter((text) => text.length > 20)) {
      expect(output).not.toContain(value.replace(/^k1:/, ''));
    }
  }
});

test.each(['DATABASE_URL', 'TEMPORAL_ADDRESS', 'TEMPORAL_UI_URL', 'GUANJIA_API_PORT'] as const)(
  '%s of another shape is refused, and not repeated where it may hold a password',
  (name) => {
    let message = '';
    try {
      loadConfig({ ...WHOLE, [name]: SPOILT[name] });
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toContain(`${name} must be`);
    expect(message).not.toContain(spoilt);
  },
);

/** Three at once: each needs a processor of its own for a second. */
async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += 3) results.push(...(await Promise.all(items.slice(at, at + 3).map(work))));
  return results;
}

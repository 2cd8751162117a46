import { createHash, createHmac } from 'node:crypto';
import { createIds, type Ids } from '../../common/ids';
import type { Environment } from '../../common/config';

/**
 * Keys and ids of stories. They are the same in every run, so that numbers in one timeline are those of the next: a
 * story's database lives for seconds and holds nobody's data.
 */
const secret = (purpose: string): Buffer => createHash('sha256').update(`guanjia story ${purpose}`).digest();

export const INDEX_KEY = secret('index');

/** What api and worker are told by their environment. */
export function environment(databaseUrl: string, temporalAddress: string, taskQueue: string): Environment {
  return {
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: temporalAddress,
    TEMPORAL_NAMESPACE: 'default',
    GUANJIA_TASK_QUEUE: taskQueue,
    GUANJIA_CODEC_KEYS: `story:${secret('codec').toString('base64')}`,
    GUANJIA_VAULT_KEYS: `story:${secret('vault').toString('base64')}`,
    GUANJIA_INDEX_KEY: INDEX_KEY.toString('base64'),
    GUANJIA_LOG_LEVEL: 'error',
  };
}

/** Login key of somebody: `gj_<16 hex digits>_<43 characters>`. */
export function loginKey(name: string): string {
  const digest = createHmac('sha256', secret('login')).update(name).digest();
  const id = createHmac('sha256', secret('login id')).update(name).digest('hex').slice(0, 16);
  return `gj_${id}_${digest.toString('base64url')}`;
}

/** Ids that count instead of being random. */
export function storyIds(story: string): Ids {
  const { keyedCaseNumber } = createIds(INDEX_KEY);
  let count = 0;
  const next = (): string => {
    count += 1;
    return `${story}/${count}`;
  };
  return {
    uuid: () => {
      const hex = createHash('sha256').update(next()).digest('hex');
      const variant = '89ab'[parseInt(hex.charAt(16), 16) % 4] ?? '8';
      return [
        hex.slice(0, 8),
        hex.slice(8, 12),
        `4${hex.slice(13, 16)}`,
        `${variant}${hex.slice(17, 20)}`,
        hex.slice(20, 32),
      ].join('-');
    },
    caseNumber: (letter) => keyedCaseNumber(letter, 'story', next()),
    keyedCaseNumber,
  };
}

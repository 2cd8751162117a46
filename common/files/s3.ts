import { createHash } from 'node:crypto';
import { AwsClient } from 'aws4fetch';
import type { Clock } from '../clock';
import type { S3Store } from '../config-files';
import { isoOf } from '../../domain/instant';
import { StoreAwayError, type FileStore } from './file-store';

/** How long the store may take. Milliseconds. */
const WITHIN = 10_000;
const NOT_FOUND = 404;

/** Files in a bucket, asked for with Signature Version 4; the bytes are part of what is signed. */
export function s3Store({ endpoint, bucket, region, accessKeyId, secretAccessKey }: S3Store, clock: Clock): FileStore {
  const client = new AwsClient({ accessKeyId, secretAccessKey, region, service: 's3' });
  const ask = async (method: 'PUT' | 'GET' | 'DELETE', name: string, body?: Buffer): Promise<Response> => {
    const sum = createHash('sha256')
      .update(body ?? '')
      .digest('hex');
    try {
      const request = await client.sign(`${endpoint}/${bucket}/${name}`, {
        ...{ method, body, headers: { 'x-amz-content-sha256': sum } },
        aws: { datetime: isoOf(clock.now()).replace(/[-:]|\.\d{3}/g, '') },
      });
      const answer = await fetch(request, { redirect: 'error', signal: AbortSignal.timeout(WITHIN) });
      if (answer.ok || answer.status === NOT_FOUND) return answer;
      throw new StoreAwayError(`the store of files answers ${answer.status}`);
    } catch (error) {
      throw error instanceof StoreAwayError ? error : new StoreAwayError('no store of files', { cause: error });
    }
  };
  return {
    put: async (name, bytes) => {
      const { ok } = await ask('PUT', name, bytes);
      if (!ok) throw new StoreAwayError('the store of files has no such bucket');
    },
    get: async (name) => {
      const answer = await ask('GET', name);
      return answer.ok ? Buffer.from(await answer.arrayBuffer()) : null;
    },
    remove: async (name) => void (await ask('DELETE', name)),
  };
}

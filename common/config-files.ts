import { join, resolve } from 'node:path';
import { DAY, type Millis } from '../domain/instant';
import { count, required, safeAddress, type Environment } from './environment';

/** Where photos are kept, encrypted. */
export interface FilesConfig {
  /** Bytes of one file. */
  readonly maxBytes: number;
  /** How long a photo is kept that no command names. */
  readonly looseFor: Millis;
  readonly store: FolderStore | S3Store;
}

export interface FolderStore {
  readonly folder: string;
}

/** A bucket of Amazon S3, or of anything that speaks its language: MinIO, Ceph, OSS, COS. */
export interface S3Store {
  /** `https://s3.example`; the bucket is the first part of the path. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const MEBIBYTE = 1024 * 1024;
/** As long as drafts: the photos of a command that somebody has half written must not go before its words. */
const LOOSE_DAYS = 7;

/** @throws ConfigError naming the variable that is missing or malformed. */
export function filesConfig(env: Environment): FilesConfig {
  const maxBytes = count(env, 'GUANJIA_FILES_MAX_BYTES', 5 * MEBIBYTE);
  const looseFor = count(env, 'GUANJIA_FILES_LOOSE_DAYS', LOOSE_DAYS) * DAY;
  return { maxBytes, looseFor, store: env.GUANJIA_S3_ENDPOINT ? s3(env) : { folder: folder(env) } };
}

function folder({ GUANJIA_FILES_FOLDER: named, GUANJIA_HOME: home }: Environment): string {
  return named ? resolve(named) : resolve(join(home || '.guanjia', 'files'));
}

function s3(env: Environment): S3Store {
  return {
    endpoint: safeAddress(env, 'GUANJIA_S3_ENDPOINT').replace(/\/+$/, ''),
    bucket: required(env, 'GUANJIA_S3_BUCKET'),
    region: env.GUANJIA_S3_REGION || 'us-east-1',
    accessKeyId: required(env, 'GUANJIA_S3_ACCESS_KEY_ID'),
    secretAccessKey: required(env, 'GUANJIA_S3_SECRET_ACCESS_KEY'),
  };
}

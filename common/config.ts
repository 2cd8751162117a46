import { deliveryConfig, type DeliveryConfig } from './config-delivery';
import { filesConfig, type FilesConfig } from './config-files';
import { linksConfig, type LinksConfig } from './config-links';
import { identityConfig, type IdentityConfig } from './config-identity';
import { FIRST_RULES, RULES } from '../domain/rules';
import { ConfigError, count, names, port, required, shaped, webAddress, type Environment } from './environment';

/**
 * The only reader of the environment. Everything else is handed what it needs.
 * Secrets have no default: a process that lacks one refuses to start and says which variable is missing.
 */
export interface Config {
  readonly production: boolean;
  /** PostgreSQL connection string. */
  readonly databaseUrl: string;
  readonly temporal: {
    readonly address: string;
    readonly namespace: string;
    readonly taskQueue: string;
    /** Where a person opens the Temporal Web UI; null where none is known. */
    readonly uiUrl: string | null;
  };
  readonly api: {
    readonly host: string;
    readonly port: number;
    /** How many proxies in front of the API are believed about the caller's address and protocol. */
    readonly trustedProxies: number;
  };
  /** Which release a worker is of; without it, workers take any task (docs/versioning.md). */
  readonly deployment?: DeploymentVersion;
  /** Patches that cases don't begin to use yet, so that the former release can still go on with them. */
  readonly heldPatches?: readonly string[];
  /** The rules that new cases are opened under (domain/rules.ts): the newest, or those that the former release knows, too. */
  readonly rules?: number;
  /** Port of the worker's own /healthz, /readyz and /metrics; 0 takes any free one. */
  readonly workerPort: number;
  /** `kid:base64` pairs, 32 bytes each; the first one encrypts, all decrypt. */
  readonly codecKeys: string;
  readonly vaultKeys: string;
  /** base64, 32 bytes: keyed blind indexes and case numbers. */
  readonly indexKey: string;
  readonly logLevel: string;
  /** How messages leave the house; left out: by no mail, to public https addresses. */
  readonly delivery?: DeliveryConfig;
  /** Base address of an OTLP/HTTP collector of traces; none are kept without it. */
  readonly otlpEndpoint?: string | null;
  /** The company's own identity provider; without it API keys alone are taken. */
  readonly identity?: IdentityConfig | null;
  readonly files: FilesConfig;
  /** How often somebody may see personal data in the clear, in an hour; 60 where it is left out. */
  readonly unmasksPerHour?: number;
  /** Links for residents; left out: 30 days, and none in messages. */
  readonly links?: LinksConfig;
}

export const UNMASKS_PER_HOUR = 60;

export interface DeploymentVersion {
  readonly deploymentName: string;
  readonly buildId: string;
}

export { ConfigError, type Environment } from './environment';

const isDatabaseUrl = (text: string): boolean => URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol);
const isAddress = (text: string): boolean => /^[^\s/:]+:\d{1,5}$|^\[[0-9a-fA-F:]+\]:\d{1,5}$/.test(text);

function deployment(env: Environment): DeploymentVersion | undefined {
  const { GUANJIA_DEPLOYMENT_NAME: deploymentName, GUANJIA_BUILD_ID: buildId } = env;
  if (!deploymentName && !buildId) return undefined;
  // Temporal writes a version as name and build with a dot between them.
  if (deploymentName?.includes('.')) throw new ConfigError('GUANJIA_DEPLOYMENT_NAME must not have a dot in it.');
  return {
    deploymentName: required(env, 'GUANJIA_DEPLOYMENT_NAME'),
    buildId: required(env, 'GUANJIA_BUILD_ID'),
  };
}

/** Never those of a release to come: its code would find that its cases had not followed them. */
function rules(env: Environment): number {
  const value = count(env, 'GUANJIA_RULES', RULES);
  if (value < FIRST_RULES || value > RULES) {
    throw new ConfigError(`GUANJIA_RULES must be a version of the rules from ${FIRST_RULES} to ${RULES}.`);
  }
  return value;
}

/** @throws ConfigError naming the variable that is missing or malformed. */
export function loadConfig(env: Environment = process.env): Config {
  return {
    production: env.NODE_ENV === 'production',
    databaseUrl: shaped(env, 'DATABASE_URL', isDatabaseUrl, 'postgresql://user:password@host:port/database'),
    temporal: {
      address: shaped(env, 'TEMPORAL_ADDRESS', isAddress, 'host:port'),
      namespace: env.TEMPORAL_NAMESPACE || 'default',
      taskQueue: env.GUANJIA_TASK_QUEUE || 'guanjia',
      uiUrl: webAddress(env, 'TEMPORAL_UI_URL'),
    },
    api: {
      host: env.GUANJIA_API_HOST || '127.0.0.1',
      port: port(env, 'GUANJIA_API_PORT', 8080),
      trustedProxies: count(env, 'GUANJIA_TRUSTED_PROXIES'),
    },
    deployment: deployment(env),
    heldPatches: names(env, 'GUANJIA_HELD_PATCHES'),
    rules: rules(env),
    workerPort: port(env, 'GUANJIA_WORKER_PORT', 8081),
    codecKeys: required(env, 'GUANJIA_CODEC_KEYS'),
    vaultKeys: required(env, 'GUANJIA_VAULT_KEYS'),
    indexKey: required(env, 'GUANJIA_INDEX_KEY'),
    logLevel: env.GUANJIA_LOG_LEVEL || 'info',
    delivery: deliveryConfig(env),
    otlpEndpoint: webAddress(env, 'OTEL_EXPORTER_OTLP_ENDPOINT'),
    identity: identityConfig(env),
    files: filesConfig(env),
    unmasksPerHour: count(env, 'GUANJIA_UNMASKS_PER_HOUR', UNMASKS_PER_HOUR),
    links: linksConfig(env),
  };
}

/** The whole environment, for `stack/` alone: it looks for programs on PATH and hands all of it on to what it starts. */
export function stackEnvironment(): Environment {
  return process.env;
}

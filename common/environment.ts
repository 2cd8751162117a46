/** How variables of the environment are read: each message names the variable and its shape, never the value of a secret. */

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** @throws ConfigError when it is missing or empty. */
export function required(env: Environment, name: string): string {
  const value = env[name];
  if (!value)
    throw new ConfigError(`${name} is not set. See docs/operations.md for what it holds and how to make one.`);
  return value;
}

/** A required variable of this shape. The message tells the shape and never the value, which may hold a password. */
export function shaped(env: Environment, name: string, isRight: (text: string) => boolean, shape: string): string {
  const value = required(env, name);
  if (!isRight(value)) throw new ConfigError(`${name} must be ${shape}.`);
  return value;
}

export function webAddress(env: Environment, name: string): string | null {
  const text = env[name];
  if (!text) return null;
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new ConfigError(`${name} must be an address that begins with http:// or https://.`);
  }
  return text;
}

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whether this is the machine itself, where nobody listens between two programs. */
export const isLoopback = (host: string): boolean => LOOPBACK.has(host);

/** An address that secrets are sent to, or keys fetched from: HTTPS, or this machine. */
export function safeAddress(env: Environment, name: string): string {
  const text = required(env, name);
  const url = URL.canParse(text) ? new URL(text) : null;
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  if (!isSafe) throw new ConfigError(`${name} must be an address that begins with https://, or http://localhost.`);
  return text;
}

/** Where browsers reach the API: its origin. */
export const publicUrl = (env: Environment): string => new URL(safeAddress(env, 'GUANJIA_PUBLIC_URL')).origin;

export function port(env: Environment, name: string, fallback: number): number {
  const text = env[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65535) {
    throw new ConfigError(`${name} must be a port number from 0 to 65535, not "${text}".`);
  }
  return value;
}

/** A whole number that is not negative. */
export function count(env: Environment, name: string, fallback = 0): number {
  const text = env[name] ?? '';
  const value = text === '' ? fallback : Number(text);
  if (!Number.isInteger(value) || value < 0) throw new ConfigError(`${name} must be a whole number, not "${text}".`);
  return value;
}

/** Values with commas between them. */
export function names(env: Environment, name: string): readonly string[] {
  return (env[name] ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

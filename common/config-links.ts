import { ConfigError, count, isLoopback, webAddress, type Environment } from './environment';

/** Links with which residents see their case (docs/resident-links.md). */
export interface LinksConfig {
  /** Where residents reach the API from outside, without a slash at its end; null: messages carry no links. */
  readonly baseUrl: string | null;
  /** How long a link lasts where whoever makes it says nothing. */
  readonly days: number;
}

export const DEFAULT_LINKS: LinksConfig = { baseUrl: null, days: 30 };
/** Nobody needs one for longer, and what was forgotten should end. */
export const MAX_LINK_DAYS = 366;

/** @throws ConfigError naming the variable that is malformed. */
export function linksConfig(env: Environment): LinksConfig {
  const days = count(env, 'GUANJIA_LINK_DAYS', DEFAULT_LINKS.days);
  if (days < 1 || days > MAX_LINK_DAYS) throw new ConfigError(`GUANJIA_LINK_DAYS must be from 1 to ${MAX_LINK_DAYS}.`);
  return { baseUrl: publicUrl(env), days };
}

/** Whoever reads the address on its way has the link: HTTPS, or this machine. */
function publicUrl(env: Environment): string | null {
  const text = webAddress(env, 'GUANJIA_PUBLIC_URL');
  if (text === null) return null;
  const url = new URL(text);
  const isSafe = url.protocol === 'https:' || isLoopback(url.hostname);
  if (!isSafe || url.search !== '' || url.hash !== '') {
    throw new ConfigError('GUANJIA_PUBLIC_URL must begin with https://, or http://localhost, and have no ? or #.');
  }
  return url.href.replace(/\/+$/, '');
}

import { ConfigError, count, publicUrl, type Environment } from './environment';

/** Links with which residents see their case (docs/resident-links.md). */
export interface LinksConfig {
  /** Where residents reach the API from outside: its origin; null: messages carry no links. */
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
  return { baseUrl: env.GUANJIA_PUBLIC_URL ? publicUrl(env) : null, days };
}

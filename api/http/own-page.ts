import type { Request } from 'express';

import { isLoopback } from '../../common/environment';
import { problem } from './problem';

/** Whether a page of our own origin asks, or no page at all, as far as the browser says. */
export function isOwnPage(req: Request): boolean {
  const { origin, host } = req.headers;
  const site = req.headers['sec-fetch-site'];
  const isOwn = origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);
  return isOwn && (site === undefined || site === 'same-origin' || site === 'none');
}

/** @throws Problem origin-not-allowed */
export function requireOwnPage(req: Request): void {
  if (!isOwnPage(req)) throw problem('origin-not-allowed');
}

/**
 * For forms of pages that send no referrer: browsers hide their origin then (`Origin: null`), so only one that is named,
 * or a browser that says that another site asks, speaks against it. Nothing here goes by a cookie.
 * @throws Problem origin-not-allowed
 */
export function refuseOtherPages(req: Request): void {
  const isHidden = req.headers.origin === 'null';
  const site = req.headers['sec-fetch-site'];
  const isOther = site !== undefined && site !== 'same-origin' && site !== 'none';
  if (isHidden ? isOther : !isOwnPage(req)) throw problem('origin-not-allowed');
}

/** A cookie that stands for somebody travels over HTTPS, or not at all. @throws Problem https-required */
export function requireSafeWay(req: Request): void {
  if (!req.secure && !isLoopback(req.hostname)) throw problem('https-required');
}

import type { Request, Response } from 'express';

import type { Html } from './html';

/** A page for people, with the policy that says what may run in it. */
export interface Page {
  readonly html: Html;
  /** Content-Security-Policy */
  readonly policy: string;
}

/** Whether a browser asks: programs, and chat programs that look at links, accept whatever comes. */
export const wantsPage = (req: Request): boolean => (req.headers.accept ?? '').includes('text/html');

/** Nobody but whoever asked keeps it, and no search engine lists it. */
export function sendPage(
  res: Response,
  { html, policy }: Page,
  { status, headers = {} }: { readonly status: number; readonly headers?: Readonly<Record<string, string>> },
): void {
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  res.setHeader('Content-Type', 'text/html; charset=utf-8');
  res.setHeader('Content-Security-Policy', policy);
  res.setHeader('X-Robots-Tag', 'noindex, nofollow');
  res.status(status).end(html.text);
}

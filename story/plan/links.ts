import type { PolicyPath } from '../../common/policy/issues';
import type { Json } from '../format/values';
import type { Context } from './context';
import { NO_BODY, json, type Asking, type Written } from './asking';
import type { Actor } from './plan';

/** Whoever has a link. */
const HOLDER: Actor = { kind: 'nobody', written: 'the resident by link' };

/** The request that a step about a link stands for; null when it is about none. */
export function planLink(written: Written, context: Context, path: PolicyPath): Asking | null {
  if (written.link) return making(written.link, written, context, path);
  const opened = written['open-link'];
  if (opened) {
    const about = context.caseOfLink(opened.name, [...path, 'open-link']);
    const to = opened.page ? `/r/\${link.${opened.name}}` : addressOf(opened.name);
    const query: Record<string, string> = opened.language === undefined ? {} : { lang: opened.language };
    const headers: Record<string, string> = opened.page ? { Accept: 'text/html' } : {};
    return {
      ...{ title: `open ${opened.name}`, actor: HOLDER, method: 'GET', path: to, query, headers },
      ...{ body: NO_BODY, save: {}, about },
    };
  }
  const revoked = written['revoke-link'];
  if (revoked === undefined) return null;
  const about = context.caseOfLink(revoked, [...path, 'revoke-link']);
  const to = `/api/v1/cases/\${case.${about ?? ''}}/links/\${link-id.${revoked}}`;
  return {
    ...{ title: `revoke ${revoked}`, method: 'DELETE', path: to, query: {}, headers: {} },
    body: NO_BODY,
    save: {},
    about,
  };
}

function making(
  { name = 'link', days, rights }: NonNullable<Written['link']>,
  written: Written,
  context: Context,
  path: PolicyPath,
): Asking {
  const about = context.caseOf(written.case, path);
  if (about === null) context.wrong([...path, 'link'], 'a case: none was started before');
  if (context.links.has(name)) {
    const known = [...context.links.keys()].join(', ');
    context.wrong([...path, 'link'], `a name that no link before has: ${known}`, 'repeated');
  }
  context.links.set(name, about);
  return {
    ...{ title: `link ${name}`, method: 'POST', path: `/api/v1/cases/\${case.${about ?? ''}}/links`, query: {} },
    ...{ headers: {}, about, body: json({ days: days ?? null, rights: rights ? [...rights] : null }) },
    save: { [`link.${name}`]: '/token', [`link-id.${name}`]: '/link/id' },
  };
}

/** A command of a resident by his link. */
export function throughLink(link: string, command: string, body: Json, context: Context, path: PolicyPath): Asking {
  const about = context.caseOfLink(link, [...path, 'through']);
  const value = { act: command, ...(body as Readonly<Record<string, Json>>) };
  return {
    ...{ title: `${command} through ${link}`, actor: HOLDER, method: 'POST', path: `${addressOf(link)}/acts` },
    ...{ query: {}, headers: {}, body: { kind: 'json', value }, save: {}, about },
  };
}

const addressOf = (link: string): string => `/api/v1/resident-links/\${link.${link}}`;

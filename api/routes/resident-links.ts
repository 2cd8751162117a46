import type { Request, Response } from 'express';
import { z } from 'zod';
import { localeAccepted, words, type Locale } from '../../common/words';
import { DOMAIN_CODES } from '../http/domain-codes';
import { linkCapability, requireLink, type LinkHolder } from '../auth/links';
import { findAnywhere, type FoundCase } from '../cases/find';
import type { ApiDeps } from '../deps';
import { exchangeOf } from '../http/exchange';
import { refuseOtherPages } from '../http/own-page';
import { sendPage, wantsPage } from '../http/page';
import { requestHash } from '../http/idempotency';
import { Problem } from '../http/problem';
import type { ProblemCode } from '../http/problem-codes';
import { defineRoute, type Route } from '../http/route';
import { actByLink } from '../links/acts';
import { refusalPage, refusalText, residentPage, type Notice } from '../links/page';
import { residentViewOf } from '../links/view';
import { residentAct, residentForm, residentView } from '../schemas/links';
import { language, PlainText } from '../schemas/text';

const tags = ['Resident links'];
const params = z.strictObject({ token: z.string().max(200) });
const lang = language.optional().meta({ description: 'Left out: by Accept-Language' });
const headers = z.object({ 'accept-language': z.string().max(500).optional() });
const READING: readonly ProblemCode[] = ['not-found', 'unknown-policy', 'engine-unavailable', 'case-unreadable'];
const ACTING: readonly ProblemCode[] = [
  ...(Object.keys(DOMAIN_CODES) as (keyof typeof DOMAIN_CODES)[]),
  ...(['not-allowed-now', 'case-closed', 'stale', 'idempotency-mismatch', 'link-not-for-this'] as const),
];

/** What a resident sees and does with the link of his case: a page for people, JSON for programs of his. */
export function residentLinkRoutes(deps: ApiDeps): Route[] {
  const access = {
    public: true,
    why: 'whoever has the link has the right to it',
    capability: linkCapability(deps),
  } as const;
  const context = { deps, access };
  return [showPage(context), takeForm(context), read(context), take(context)];
}

interface Context {
  readonly deps: ApiDeps;
  readonly access: {
    readonly public: true;
    readonly why: string;
    readonly capability: ReturnType<typeof linkCapability>;
  };
}

const localeFor = (asked: Locale | undefined, accepted: string | undefined): Locale =>
  asked ?? localeAccepted(accepted);

function read({ deps, access }: Context): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/resident-links/{token}',
    operationId: 'readByLink',
    summary: 'The case of a link, as its resident sees it',
    description: 'Changes nothing, so whatever looks at links may look.',
    tags,
    access,
    params,
    query: z.strictObject({ lang }),
    headers,
    responses: { 200: { description: 'The case in plain words', schema: residentView, etag: true } },
    problems: READING,
    handler: async ({ query, headers: sent }, { principal, now }) => {
      const holder = requireLink(principal);
      const locale = localeFor(query.lang, sent['accept-language']);
      const found = await findAnywhere(deps, holder.link.no);
      const body = await residentViewOf(deps, found, holder, { locale, now });
      return { status: 200, etag: body.seq, body };
    },
  });
}

function take({ deps, access }: Context): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/resident-links/{token}/acts',
    operationId: 'actByLink',
    summary: 'Does something as the resident of the case; answers the case after it',
    description: 'What is possible now stands in `acts` of the case. The bodies are those of the commands.',
    tags,
    access,
    params,
    query: z.strictObject({ lang }),
    headers,
    body: residentAct,
    examples: {
      accept: { act: 'owner-answer', accepted: true },
      rate: { act: 'callback', score: 5, solved: true },
      'not solved': { act: 'reopen', reason: '又漏水了' },
      message: { act: 'note', text: '我明天下午在家' },
    },
    idempotent: true,
    ifMatch: true,
    responses: { 200: { description: 'The case after it', schema: residentView, etag: true } },
    problems: [...READING, ...ACTING],
    handler: async ({ query, headers: sent, body, idempotency, ifMatch }, { principal, now }) => {
      const holder = requireLink(principal);
      const locale = localeFor(query.lang, sent['accept-language']);
      const found = await actByLink(deps, { holder, idempotency, ifMatch, now }, body);
      const view = await residentViewOf(deps, found, holder, { locale, now });
      return { status: 200, etag: view.seq, body: view };
    },
  });
}

const pageQuery = z.strictObject({ lang, done: residentView.shape.acts.element.optional() });

function showPage({ deps, access }: Context): Route {
  return defineRoute({
    method: 'GET',
    path: '/r/{token}',
    operationId: 'showByLink',
    summary: 'The page of a link: the case in plain words, and forms for what its resident can do',
    description: 'Without script. Changes nothing. A browser is shown refusals as pages, everybody else problem+json.',
    tags,
    access,
    params,
    query: pageQuery,
    headers,
    responses: { 200: { description: 'A page', contentType: 'text/html' } },
    problems: READING,
    refusalPage: pageOfRefusal,
    raw: async (_req, res, { params: { token }, query, headers: sent }, { principal, now }) => {
      const locale = localeFor(query.lang, sent['accept-language']);
      const holder = requireLink(principal);
      const found = await findAnywhere(deps, holder.link.no);
      const notice: Notice | null =
        query.done === undefined ? null : { kind: 'done', text: words(locale).say(`resident-done.${query.done}`) };
      await show(deps, res, { found, holder, locale, now, token, notice, status: 200, typed: null });
    },
  });
}

function takeForm({ deps, access }: Context): Route {
  return defineRoute({
    method: 'POST',
    path: '/r/{token}',
    operationId: 'submitByLink',
    summary: 'Takes a form of the page',
    tags,
    access,
    params,
    query: pageQuery,
    headers,
    form: true,
    body: residentForm,
    idempotent: false,
    responses: { 303: { description: 'Done; back to the page', headers: { Location: 'The page' } } },
    problems: [...READING, ...ACTING, 'origin-not-allowed'],
    refusalPage: pageOfRefusal,
    raw: async (req, res, { params: { token }, body: form, headers: sent }, { principal, now }) => {
      refuseOtherPages(req);
      const { seq, key, lang: chosen, ...asked } = form;
      const holder = requireLink(principal);
      const hash = requestHash({ method: 'POST', path: `/r/${holder.id}`, body: comparable(asked) });
      const ifMatch = { any: false, tags: [String(seq)] };
      const idempotency = { key, requestHash: hash };
      try {
        const parsed = asked.act === 'callback' ? { ...asked, conduct: null } : asked;
        await actByLink(deps, { holder, idempotency, ifMatch, now }, parsed);
      } catch (error) {
        if (!(error instanceof Problem) || !wantsPage(req)) throw error;
        exchangeOf(req).problem = error.code;
        const locale = localeFor(chosen, sent['accept-language']);
        const notice = { kind: 'refused', text: refusalText(error, locale) } as const;
        const found = await findAnywhere(deps, holder.link.no);
        const typed = { act: asked.act, text: textIn(asked) };
        await show(deps, res, { found, holder, locale, now, token, notice, status: error.status, typed });
        return;
      }
      const language = chosen === undefined ? '' : `&lang=${chosen}`;
      res.setHeader('Location', `./${token}?done=${asked.act}${language}`);
      res.status(303).end();
    },
  });
}

interface Showing {
  readonly found: FoundCase;
  readonly holder: LinkHolder;
  readonly locale: Locale;
  readonly now: number;
  readonly token: string;
  readonly notice: Notice | null;
  readonly status: number;
  readonly typed: { readonly act: string; readonly text: string } | null;
}

async function show(deps: ApiDeps, res: Response, showing: Showing): Promise<void> {
  const { found, holder, locale, now, token, notice, status, typed } = showing;
  const view = await residentViewOf(deps, found, holder, { locale, now });
  const { zone } = found.snapshot.state.project;
  sendPage(res, residentPage(view, { token, key: deps.ids.uuid(), zone, notice, typed }), { status });
}

/** He comes back to the page where there is one for him. */
function pageOfRefusal(refusal: Problem, req: Request) {
  const { principal } = exchangeOf(req);
  const asked = language.safeParse(new URL(req.url, 'http://page').searchParams.get('lang'));
  const locale = localeFor(asked.data, req.headers['accept-language']);
  return refusalPage(refusal, locale, principal ? String(req.params['token']) : null);
}

/** The same form with its texts as they were sent. */
const comparable = (form: object): object =>
  Object.fromEntries(
    Object.entries(form).map(([name, value]) => [name, value instanceof PlainText ? value.value : (value as unknown)]),
  );

const textIn = (form: object): string => Object.values(form).find((value) => value instanceof PlainText)?.value ?? '';

import { formatInstant, LOCALES, words, type Locale } from '../../common/words';
import { Html, safe } from '../http/html';
import { dated } from './dated';
import type { Page } from '../http/page';
import type { Problem } from '../http/problem';
import type { ResidentView } from '../schemas/links';
import { formsOf, type FormKept } from './forms';
import { PAGE_POLICY, STYLE } from './style';

/** What is said at the top, of what he just did. */
export interface Notice {
  readonly kind: 'done' | 'refused';
  readonly text: string;
}

export interface Shown extends FormKept {
  readonly zone: string;
  readonly notice: Notice | null;
}

/** The page of a case: no script, about 15 KB, the same instants that staff see. */
export function residentPage(view: ResidentView, shown: Shown): Page {
  const { say } = words(view.language);
  const title = say('resident-page.title', { family: view.family });
  const about = view.about === null ? title : say('resident-page.about', { title, about: view.about });
  return page(view.language, about, [
    safe`<header><span>${view.project}</span>${otherLanguage(view.language, shown.token)}</header>
      <main>
        <h1>${about}</h1>
        <p class="soft">${say('resident-page.number', { no: view.no })}</p>
        ${shown.notice && noticeOf(shown.notice)}
        <p class="status">${view.status}</p>
        ${outcome(view, shown.zone)} ${next(view)} ${formsOf(view, shown)} ${others(view)} ${history(view)}
      </main>
      <footer>
        <p>${dated(say('resident-page.as-of', { at: instant(view.asOf, view, shown.zone), zone: shown.zone }))}</p>
        <p>${dated(say('resident-page.expires', { at: instant(view.linkExpiresAt, view, shown.zone) }))}</p>
      </footer>`,
  ]);
}

/** What is shown instead of a case; it says nothing of one. */
export function refusalPage(refusal: Problem, locale: Locale, back: string | null): Page {
  const { say } = words(locale);
  const title = say('resident-page.sorry');
  return page(locale, title, [
    safe`<main>
      <h1>${title}</h1>
      ${noticeOf({ kind: 'refused', text: refusalText(refusal, locale) })}
      <p class="soft"><code>${refusal.code}</code></p>
      ${back === null ? null : safe`<p><a class="button" href="./${back}">${say('resident-page.back')}</a></p>`}
    </main>`,
  ]);
}

/** A refusal in words for residents; what has none of its own is either not possible now, or our trouble. */
export function refusalText({ code, status }: Problem, locale: Locale): string {
  const { say, find } = words(locale);
  return (
    find('resident-refusal', code) ??
    say(
      status >= 500
        ? 'resident-refusal.away'
        : status === 400
          ? 'resident-refusal.invalid-request'
          : 'resident-refusal.not-possible',
    )
  );
}

function page(locale: Locale, title: string, body: readonly Html[]): Page {
  const head = safe`<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow"><meta name="referrer" content="no-referrer"><title>${title}</title>`;
  // Not a blank more: the policy of the page has a hash of it.
  const style = new Html(`<style>${STYLE}</style>`);
  const text = safe`<!doctype html>
<html lang="${locale}"><head>${head}${style}</head><body>${body}</body></html>
`;
  return { html: text, policy: PAGE_POLICY };
}

function otherLanguage(locale: Locale, token: string): Html {
  const other = LOCALES.find((candidate) => candidate !== locale) ?? locale;
  const name = other === 'en' ? 'English' : '中文';
  return safe`<a href="./${token}?lang=${other}" lang="${other}">${name}</a>`;
}

const noticeOf = ({ kind, text }: Notice): Html =>
  safe`<section class="notice ${kind}" role="${kind === 'done' ? 'status' : 'alert'}"><p>${text}</p></section>`;

const instant = (iso: string, { language }: ResidentView, zone: string): string =>
  formatInstant(Date.parse(iso), zone, language);

function outcome(view: ResidentView, zone: string): Html | null {
  if (!view.closed || view.closedAt === null) return null;
  const { say } = words(view.language);
  const rest =
    view.reopenUntil === null
      ? say('resident-page.over')
      : say('resident-page.reopen-until', { until: instant(view.reopenUntil, view, zone) });
  return safe`<section>
    <p>${dated(say('resident-page.closed-at', { at: instant(view.closedAt, view, zone) }))}</p>
    <p>${dated(rest)}</p>
  </section>`;
}

function next(view: ResidentView): Html | null {
  if (!view.next) return null;
  const { say } = words(view.language);
  return safe`<section>
    <h2>${say('resident-page.next')}</h2>
    ${clock(view.next, view.language)}
  </section>`;
}

function clock({ what, due, dueAt, left, then, state }: ResidentView['clocks'][number], locale: Locale): Html {
  const { say } = words(locale);
  const how = state === 'late' ? safe`<p class="late">▲ ${left}</p>` : safe`<p>${left}</p>`;
  return safe`<p>${what}</p>
    <p class="due"><time datetime="${dueAt}">${dated(say('resident-page.by', { due }))}</time></p>
    ${how}${then === null ? null : safe`<p class="soft">${then}</p>`}`;
}

function others({ clocks, next: first, language }: ResidentView): Html | null {
  const rest = clocks.filter(({ id }) => id !== first?.id);
  if (rest.length === 0) return null;
  const items = rest.map((each) => safe`<li>${clock(each, language)}</li>`);
  return safe`<details>
    <summary>${words(language).say('resident-page.more')}</summary>
    <ol>
      ${items}
    </ol>
  </details>`;
}

function history({ timeline, language }: ResidentView): Html {
  const items = timeline.map(
    ({ at, when, what, text }) =>
      safe`<li>
        <time class="soft" datetime="${at}">${dated(when)}</time>
        <p>${dated(what)}</p>
        ${text === null ? null : safe`<p class="quote">${text}</p>`}
      </li>`,
  );
  return safe`<section>
    <h2>${words(language).say('resident-page.history')}</h2>
    <ol>
      ${items}
    </ol>
  </section>`;
}

import { words, type Locale, type WordKey } from '../../common/words';
import type { ResidentCommand } from '../../domain/resident';
import { safe, type Html } from '../http/html';
import { dated } from './dated';
import type { ResidentView } from '../schemas/links';

/** What a form carries besides what is typed into it. */
export interface FormKept {
  readonly token: string;
  /** Another one for each page: a form that is sent twice is done once. */
  readonly key: string;
  /** What was typed into a form that was refused. */
  readonly typed: { readonly act: string; readonly text: string } | null;
}

type Make = (view: ResidentView, typed: string, locale: Locale) => Html;

const REQUIRED = safe` required`;
const SCORES = [5, 4, 3, 2, 1] as const;

/** The fields of each form. Messages and reopening are folded away: the question of the hour comes first. */
const FIELDS: Readonly<Record<ResidentCommand, Make>> = {
  'owner-answer': (view, typed, locale) => {
    const subject = view.asked?.subject ?? 'result';
    return safe`${subject === 'result' ? scores(view, false) : null}${textarea('comment', typed, locale)}
    ${button('accepted', true, `resident-page.accept-${subject}`, locale)}
    ${button('accepted', false, `resident-page.reject-${subject}`, locale)}`;
  },
  callback: (view, typed, locale) =>
    safe`${scores(view, true)}${textarea('comment', typed, locale)}
    ${button('solved', true, 'resident-page.solved', locale)}
    ${button('solved', false, 'resident-page.unsolved', locale)}`,
  rate: (view, typed, locale) => safe`${scores(view, true)}${textarea('comment', typed, locale)}${send(locale)}`,
  reopen: (_view, typed, locale) =>
    safe`${textarea('reason', typed, locale)}${send(locale, 'resident-page.send-reopen')}`,
  note: (_view, typed, locale) => safe`${textarea('text', typed, locale)}${send(locale)}`,
};

const FOLDED: readonly ResidentCommand[] = ['reopen', 'note'];

/** A form for everything that can be done now; they work without any script. */
export function formsOf(view: ResidentView, kept: FormKept): readonly Html[] {
  return view.acts.map((act) => formOf(act, view, kept));
}

function formOf(act: ResidentCommand, view: ResidentView, { token, key, typed }: FormKept): Html {
  const { say } = words(view.language);
  const isTyped = typed?.act === act;
  const fields = FIELDS[act](view, isTyped ? typed.text : '', view.language);
  const hidden = Object.entries({ act, seq: view.seq, key, lang: view.language }).map(
    ([name, value]) => safe`<input type="hidden" name="${name}" value="${value}" />`,
  );
  const form = safe`<form method="post" action="./${token}" accept-charset="utf-8">${hidden}${fields}</form>`;
  const title = say(`resident-act.${act}`);
  if (!FOLDED.includes(act))
    return safe`<section>
      <h2>${title}</h2>
      ${act === 'owner-answer' ? question(view) : null}${form}
    </section>`;
  return safe`<details${isTyped ? safe` open` : null}><summary>${title}</summary>${form}</details>`;
}

/** The plan or the result, in the words in which it was written to him. */
function question({ asked, language }: ResidentView): Html | null {
  if (!asked) return null;
  const { say } = words(language);
  const { subject, finish, text } = asked;
  const title =
    subject === 'plan'
      ? say('resident-page.asked-plan', { finishAt: finish ?? '' })
      : say('resident-page.asked-result');
  return safe`<p>${dated(title)}</p>${text === null ? null : safe`<p class="quote">${text}</p>`}`;
}

function scores({ language, reopensUpTo: upTo }: ResidentView, required: boolean): Html {
  const { say } = words(language);
  const must = required ? REQUIRED : null;
  const one = (score: (typeof SCORES)[number]): Html => {
    const said = say(`resident-page.score-${score}`);
    return safe`<label class="score"><input type="radio" name="score" value="${score}"${must} />${said}</label>`;
  };
  return safe`<fieldset>
    <legend>${say('resident-page.score')}</legend>
    ${SCORES.map(one)}${upTo === null ? null : safe`<p class="soft">${say('resident-page.score-reopens', { upTo })}</p>`}
  </fieldset>`;
}

const LABELS = {
  comment: 'resident-page.comment',
  reason: 'resident-page.reason',
  text: 'resident-page.message',
} as const satisfies Readonly<Record<string, WordKey>>;

function textarea(name: keyof typeof LABELS, typed: string, locale: Locale): Html {
  const label = words(locale).say(LABELS[name]);
  const must = name === 'comment' ? null : REQUIRED;
  const field = safe`<textarea name="${name}" maxlength="4000"${must}>${typed}</textarea>`;
  return safe`<label><span class="field">${label}</span>${field}</label>`;
}

function button(name: string, value: boolean, key: WordKey, locale: Locale): Html {
  const other = value ? null : safe` class="other"`;
  return safe`<button name="${name}" value="${String(value)}"${other}>${words(locale).say(key)}</button>`;
}

const send = (locale: Locale, key: WordKey = 'resident-page.send'): Html =>
  safe`<button>${words(locale).say(key)}</button>`;

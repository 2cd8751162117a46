import type { Json } from '../format/values';
import { atPointer, type HttpAnswer } from '../http';
import type { Answers, ExpectedAnswer, PlannedRequest } from '../plan/plan';
import type { Verdict } from './check';
import { equal, plain } from './values';

/** Whether the answers to a request are those that the story expects. */
export function checkAnswers(request: PlannedRequest, answers: readonly HttpAnswer[]): Verdict[] {
  const { expected } = request;
  const each = answers.flatMap((answer) => checkAnswer(request.title, expected, answer));
  const wrong = each.filter(({ ok }) => !ok);
  const same = expected.same.map((pointer) => allSame(request.title, pointer, answers));
  // Of many equal answers one line says it all.
  return [
    ...(wrong.length > 0 ? wrong.slice(0, 3) : each.slice(0, each.length / Math.max(1, answers.length))),
    ...same,
  ];
}

/** How many answers there were of each kind. */
export function checkTally(expected: Answers, answers: readonly HttpAnswer[]): Verdict {
  const seen = new Map<string, number>();
  for (const answer of answers) {
    const withCode = `${answer.status} ${codeOf(answer)}`;
    const key =
      withCode in expected ? withCode : String(answer.status) in expected ? String(answer.status) : withCode.trim();
    seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  const ok =
    Object.entries(expected).every(([key, count]) => (seen.get(key) ?? 0) === count) &&
    [...seen.keys()].every((key) => key in expected);
  const shown = [...seen].map(([key, count]) => `${count} × ${key}`).join(', ');
  const wanted = Object.entries(expected)
    .map(([key, count]) => `${count} × ${key}`)
    .join(', ');
  return { ok, what: 'answers', expected: wanted, actual: shown, around: null };
}

function checkAnswer(what: string, expected: ExpectedAnswer, answer: HttpAnswer): Verdict[] {
  const { refused } = expected;
  const verdicts = [statusVerdict(what, expected, answer)];
  const verdict = (name: string, ok: boolean, wanted: string, actual: string): void => {
    verdicts.push({ ok, what: `${what}: ${name}`, expected: wanted, actual, around: null });
  };
  if (refused?.args) {
    const args = atPointer(answer.json, '/args');
    verdict('args', includes(refused.args as Json, args), plain(refused.args as Json), plain(args));
  }
  for (const error of refused?.errors ?? []) {
    const errors = atPointer(answer.json, '/errors');
    const found = Array.isArray(errors) && (errors as readonly Json[]).some((one) => includes(error as Json, one));
    verdict('errors', found, plain(error as Json), plain(errors));
  }
  for (const [name, wanted] of Object.entries(expected.headers)) {
    const value = answer.headers[name.toLowerCase()];
    const actual = Array.isArray(value) ? value.join(', ') : value;
    const contains =
      typeof wanted === 'object' && wanted !== null ? (wanted as { contains?: string }).contains : undefined;
    verdict(
      `header ${name}`,
      contains === undefined ? actual === String(wanted) : (actual ?? '').includes(contains),
      plain(wanted),
      plain(actual),
    );
  }
  if (expected.body !== undefined)
    verdict(
      'body',
      includes(expected.body, answer.json),
      plain(expected.body),
      answer.json === undefined ? answer.text.slice(0, 200) : plain(answer.json),
    );
  for (const text of expected.contains)
    verdict('body', answer.text.includes(text), `… ${text} …`, answer.text.slice(0, 200));
  return verdicts;
}

function statusVerdict(what: string, { refused, status }: ExpectedAnswer, answer: HttpAnswer): Verdict {
  const code = codeOf(answer);
  const actual =
    answer.status === 0
      ? `no answer: ${answer.text}`
      : `${answer.status}${code === '' ? '' : ` ${code}`}${reason(answer)}`;
  const verdict = (ok: boolean, expected: string): Verdict => ({
    ok,
    what,
    expected,
    actual: ok ? (actual.split(':')[0] ?? '') : actual,
    around: null,
  });
  if (refused) {
    const wanted = `${refused.status}${refused.code === null ? '' : ` ${refused.code}`}`;
    return verdict(answer.status === refused.status && (refused.code === null || refused.code === code), wanted);
  }
  if (status !== null) return verdict(answer.status === status, String(status));
  return verdict(answer.status >= 200 && answer.status < 300, '2xx');
}

function codeOf(answer: HttpAnswer): string {
  const code = atPointer(answer.json, '/code');
  return typeof code === 'string' ? code : '';
}

/** What a problem says about itself. */
function reason(answer: HttpAnswer): string {
  if (answer.status < 400) return '';
  const detail = atPointer(answer.json, '/detail');
  const errors = atPointer(answer.json, '/errors');
  return `: ${typeof detail === 'string' ? detail : answer.text.slice(0, 200)}${errors === undefined ? '' : ` ${plain(errors)}`}`;
}

function allSame(what: string, pointer: string, answers: readonly HttpAnswer[]): Verdict {
  const values = new Set(answers.map((answer) => plain(atPointer(answer.json, pointer))));
  const ok = values.size === 1 && answers.every((answer) => atPointer(answer.json, pointer) !== undefined);
  return {
    ok,
    what: `${what}: ${pointer}`,
    expected: `the same in ${answers.length} answers`,
    actual: [...values].slice(0, 5).join(', '),
    around: null,
  };
}

/** Members that are named must be so; a list must have as many entries. */
export function includes(expected: Json, actual: Json | undefined): boolean {
  if (typeof expected !== 'object' || expected === null) return equal(expected, actual);
  if (typeof actual !== 'object' || actual === null) return false;
  if (Array.isArray(expected)) {
    const list = expected as readonly Json[];
    return (
      Array.isArray(actual) &&
      list.length === actual.length &&
      list.every((item, index) => includes(item, (actual as readonly Json[])[index]))
    );
  }
  const members = actual as Readonly<Record<string, Json>>;
  return Object.entries(expected as Readonly<Record<string, Json>>).every(([name, value]) =>
    includes(value, members[name]),
  );
}

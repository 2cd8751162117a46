import type { Explanation } from '../../domain/explain';
import { explainInWords, formatInstant } from '../../common/words';

const SHANGHAI = 'Asia/Shanghai';
const HOUR = 3_600_000;
/** An instant by the clock of Shanghai. */
const at = (local: string) => Date.parse(`${local}:00+08:00`);

const PLAIN: Explanation = {
  obligation: 'acknowledge',
  kind: 'acknowledge',
  policy: { id: 'complaint', version: 3 },
  calendar: null,
  zone: SHANGHAI,
  priorityReason: null,
  start: at('2026-11-23T09:00'),
  limit: 2 * HOUR,
  ran: [{ from: at('2026-11-23T09:00'), to: at('2026-11-23T11:00') }],
  pauses: [],
  moves: [],
  dueBase: at('2026-11-23T11:00'),
  dueAt: at('2026-11-23T11:00'),
};

describe('the explanation of a due instant', () => {
  it('is short where the clock simply runs on', () => {
    expect(explainInWords(PLAIN, 'zh-CN')).toEqual([
      '依据投诉政策第 3 版。',
      '“响应”自 2026-11-23 周一 09:00 起计时（时区 Asia/Shanghai）。',
      '时限为 2 小时，全天候计时。',
      '到期时间：2026-11-23 周一 11:00。',
    ]);
    expect(explainInWords(PLAIN, 'en')).toEqual([
      'By the complaint policy, version 3.',
      'The clock of the response starts Mon 2026-11-23 09:00 (zone Asia/Shanghai).',
      'The limit is 2 h, round the clock.',
      'Due: Mon 2026-11-23 11:00.',
    ]);
  });

  it('shows the stretches of a calendar', () => {
    const explanation: Explanation = {
      ...PLAIN,
      obligation: 'measure',
      kind: 'measure',
      calendar: { name: 'office', version: '1' },
      start: at('2026-11-23T20:00'),
      limit: 4 * HOUR,
      ran: [
        { from: at('2026-11-23T20:00'), to: at('2026-11-23T22:00') },
        { from: at('2026-11-24T07:00'), to: at('2026-11-24T09:00') },
      ],
      dueBase: at('2026-11-24T09:00'),
      dueAt: at('2026-11-24T09:00'),
    };
    expect(explainInWords(explanation, 'zh-CN').slice(1)).toEqual([
      '“整改措施”自 2026-11-23 周一 20:00 起计时（时区 Asia/Shanghai）。',
      '时限为 4 小时，只计日历“office”（第 1 版）的工作时间。',
      '计时：2026-11-23 周一 20:00 至 2026-11-23 周一 22:00，计 2 小时。',
      '计时：2026-11-24 周二 07:00 至 2026-11-24 周二 09:00，计 2 小时。',
      '到期时间：2026-11-24 周二 09:00。',
    ]);
    expect(explainInWords(explanation, 'en').slice(2, 5)).toEqual([
      'The limit is 4 h of the hours of the calendar office (version 1).',
      'Running: Mon 2026-11-23 20:00 to Mon 2026-11-23 22:00, 2 h.',
      'Running: Tue 2026-11-24 07:00 to Tue 2026-11-24 09:00, 2 h.',
    ]);
  });

  it('leaves pauses out, and says what they moved', () => {
    const explanation: Explanation = {
      ...PLAIN,
      ran: [
        { from: at('2026-11-23T09:00'), to: at('2026-11-23T10:00') },
        { from: at('2026-11-23T13:30'), to: at('2026-11-23T14:30') },
      ],
      pauses: [{ from: at('2026-11-23T10:00'), to: at('2026-11-23T13:30') }],
      moves: [
        {
          cause: 'pause',
          at: at('2026-11-23T13:30'),
          by: 'x',
          old: at('2026-11-23T11:00'),
          new: at('2026-11-23T14:30'),
        },
      ],
      dueBase: at('2026-11-23T14:30'),
      dueAt: at('2026-11-23T14:30'),
    };
    expect(explainInWords(explanation, 'zh-CN').slice(2)).toEqual([
      '时限为 2 小时，全天候计时。',
      '计时：2026-11-23 周一 09:00 至 2026-11-23 周一 10:00，计 1 小时。',
      '计时：2026-11-23 周一 13:30 至 2026-11-23 周一 14:30，计 1 小时。',
      '暂停：2026-11-23 周一 10:00 至 2026-11-23 周一 13:30，共 3 小时 30 分，不计入时限。',
      '因暂停，到期时间由 2026-11-23 周一 11:00 顺延至 2026-11-23 周一 14:30。',
      '到期时间：2026-11-23 周一 14:30。',
    ]);
    expect(explainInWords(explanation, 'en')).toContain(
      'Paused: Mon 2026-11-23 10:00 to Mon 2026-11-23 13:30; 3 h 30 min left out.',
    );
  });

  it('has no due instant while a pause is open', () => {
    const explanation: Explanation = {
      ...PLAIN,
      ran: [{ from: at('2026-11-23T09:00'), to: at('2026-11-23T10:00') }],
      pauses: [{ from: at('2026-11-23T10:00'), to: null }],
      dueAt: null,
    };
    expect(explainInWords(explanation, 'zh-CN').slice(-2)).toEqual([
      '暂停：自 2026-11-23 周一 10:00 起，尚未恢复，暂停时间不计入时限。',
      '暂停期间没有到期时间，恢复后重新计算。',
    ]);
    expect(explainInWords(explanation, 'en').slice(-2)).toEqual([
      'Paused: since Mon 2026-11-23 10:00, not resumed yet; this time is left out.',
      'While the pause lasts there is no due time; it is computed when the pause ends.',
    ]);
  });

  it('keeps what is scored apart from an extension', () => {
    const old = at('2026-11-25T09:00');
    const later = at('2026-11-26T17:00');
    const explanation: Explanation = {
      ...PLAIN,
      obligation: 'close@2',
      kind: 'close',
      limit: 80 * HOUR,
      moves: [{ cause: 'extended', at: at('2026-11-24T10:00'), by: 'x', old, new: later }],
      dueBase: old,
      dueAt: later,
    };
    expect(explainInWords(explanation, 'zh-CN').slice(1)).toEqual([
      '“闭环（第 2 轮）”自 2026-11-23 周一 09:00 起计时（时区 Asia/Shanghai）。',
      '现时限为 80 小时，全天候计时。',
      '经理于 2026-11-24 周二 10:00 批准延期，到期时间由 2026-11-25 周三 09:00 改为 2026-11-26 周四 17:00。',
      '到期时间：2026-11-26 周四 17:00。',
      '考核以 2026-11-25 周三 09:00 为准。',
    ]);
    expect(explainInWords(explanation, 'en')).toContain('Scored by Wed 2026-11-25 09:00.');
    expect(explainInWords(explanation, 'en')).toContain('The limit is now 80 h, round the clock.');
  });

  it.each(['pause', 'plan-confirmed', 'reclassified', 'extended', 'promise-moved'] as const)(
    'knows the cause %s',
    (cause) => {
      const move = { cause, at: PLAIN.start, by: 'x', old: PLAIN.start, new: PLAIN.dueBase };
      for (const locale of ['zh-CN', 'en'] as const) {
        const [line = ''] = explainInWords({ ...PLAIN, moves: [move] }, locale).slice(3, 4);
        expect(line).toContain(formatInstant(PLAIN.start, SHANGHAI, locale));
        expect(line).toContain(formatInstant(PLAIN.dueBase, SHANGHAI, locale));
        expect(line).not.toContain('—');
      }
    },
  );
});

import type { Obligation } from '../../domain/obligation';
import {
  eventInWords,
  formatDuration,
  formatInstant,
  formatLateness,
  noticeInWords,
  obligationInWords,
  refusalInWords,
  words,
} from '../../common/words';

const SHANGHAI = 'Asia/Shanghai';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** An instant by the clock of Shanghai. */
const at = (local: string) => Date.parse(`${local}:00+08:00`);

const zh = { locale: 'zh-CN', zone: SHANGHAI } as const;
const en = { locale: 'en', zone: SHANGHAI } as const;

describe('an instant', () => {
  it('is told by the clock of the project, with its weekday', () => {
    const instant = Date.parse('2026-11-23T08:00:00Z');
    expect(formatInstant(instant, SHANGHAI, 'zh-CN')).toBe('2026-11-23 周一 16:00');
    expect(formatInstant(instant, SHANGHAI, 'en')).toBe('Mon 2026-11-23 16:00');
    expect(formatInstant(instant, 'America/New_York', 'en')).toBe('Mon 2026-11-23 03:00');
    expect(formatInstant(instant + 12 * HOUR, SHANGHAI, 'zh-CN')).toBe('2026-11-24 周二 04:00');
  });

  it('has seconds only where there are any', () => {
    expect(formatInstant(at('2026-11-23T16:00') + 5_250, SHANGHAI, 'en')).toBe('Mon 2026-11-23 16:00:05');
    expect(formatInstant(at('2026-11-23T00:00'), SHANGHAI, 'en')).toBe('Mon 2026-11-23 00:00');
  });
});

describe('a duration', () => {
  it.each([
    [0, '0 分钟', '0 min'],
    [40_000, '0:40', '0:40'],
    [160_000, '2:40', '2:40'],
    [5 * MINUTE, '5 分钟', '5 min'],
    [15 * MINUTE, '15 分钟', '15 min'],
    [12 * MINUTE + 30_000, '12 分钟', '12 min'],
    [HOUR, '1 小时', '1 h'],
    [65 * MINUTE, '1 小时 05 分', '1 h 05 min'],
    [2 * HOUR, '2 小时', '2 h'],
    [48 * HOUR, '48 小时', '48 h'],
    [96 * HOUR, '96 小时', '96 h'],
    [720 * HOUR, '30 天', '30 d'],
    [125 * HOUR, '5 天 5 小时', '5 d 5 h'],
    [-65 * MINUTE, '1 小时 05 分', '1 h 05 min'],
  ])('of %d ms', (length, inChinese, inEnglish) => {
    expect(formatDuration(length, 'zh-CN')).toBe(inChinese);
    expect(formatDuration(length, 'en')).toBe(inEnglish);
  });

  it('of lateness says in which direction', () => {
    expect(formatLateness(65 * MINUTE, 'zh-CN')).toBe('超时 1 小时 05 分');
    expect(formatLateness(-10 * MINUTE, 'en')).toBe('10 min early');
    expect(formatLateness(200, 'en')).toBe('on time');
  });
});

describe('an obligation', () => {
  it.each([
    ['resolve', '处理完成', 'resolution'],
    ['progress:2026-11-23', '每日进度（2026-11-23）', 'daily update (2026-11-23)'],
    ['part:engineering', '部门任务（工程部）', "department's part (engineering)"],
    ['part:engineering:2@3', '部门任务（工程部 · #2 · 第 3 轮）', "department's part (engineering · #2 · round 3)"],
    ['owner-confirm:plan:1', '业主确认（处理方案 · #1）', "owner's answer (plan · #1)"],
    [
      `outage-update:${at('2026-11-23T16:00')}:2`,
      '停供进展通报（2026-11-23 周一 16:00 · #2）',
      'outage update (Mon 2026-11-23 16:00 · #2)',
    ],
    ['promise:p1', '承诺（p1）', 'promise (p1)'],
    ['eta:1@2', '承诺到达（#1 · 第 2 轮）', 'promised arrival (#1 · round 2)'],
    ['lease', 'lease', 'lease'],
    ['', '', ''],
  ])('%s', (id, inChinese, inEnglish) => {
    expect(obligationInWords(id, zh)).toBe(inChinese);
    expect(obligationInWords(id, en)).toBe(inEnglish);
  });
});

describe('an event', () => {
  const dueAt = at('2026-11-23T17:00');
  const event = (type: string, data: object) => ({ type, data });

  it.each([
    [
      event('obligation-missed', { obligation: 'survey', dueAt, again: false }),
      '“现场勘查”超时，应于 2026-11-23 周一 17:00 前完成',
      'site survey: missed, was due Mon 2026-11-23 17:00',
    ],
    [
      event('obligation-met', { obligation: 'survey', metAt: dueAt, dueAt, lateMs: 65 * MINUTE }),
      '“现场勘查”已完成（超时 1 小时 05 分）',
      'site survey: done (1 h 05 min late)',
    ],
    [
      event('obligation-warned', { obligation: 'survey', fraction: 0.8 }),
      '“现场勘查”的时限已过 80%',
      'site survey: 80% of the limit has passed',
    ],
    [
      event('escalated', { obligation: 'survey', rung: 1, role: 'duty_manager', cause: 'unacknowledged' }),
      '“现场勘查”升级至值班经理（上一级未确认）',
      'site survey: escalated to duty manager (the rung below did not acknowledge)',
    ],
    [
      event('stage-entered', { stage: 'handling', from: null, waitingOn: 'working' }),
      '进入阶段“处理中”（正在处理）',
      'Stage handling (being worked on)',
    ],
    [
      event('paused', { reason: 'weather', until: dueAt, note: null }),
      '暂停：天气原因，至 2026-11-23 周一 17:00',
      'Paused until Mon 2026-11-23 17:00: weather',
    ],
    [
      event('owner-moved', { obligation: 'plan', from: owed('customer_service'), to: owed('engineering') }),
      '“处理方案”改由工程部负责',
      'plan: now owed by engineering',
    ],
    [
      event('notify-requested', { template: 'x', to: { kind: 'resident' }, args: {} }),
      '向业主发送通知',
      'Message to resident',
    ],
    [
      event('notify-requested', { template: 'x', to: { kind: 'person', id: 'u1' }, args: {} }),
      '向指定人员发送通知',
      'Message to a named person',
    ],
    [
      event('classified', {
        type: 'facility',
        subtype: 'lift',
        priority: 'important',
        level: 'medium',
        departments: ['engineering'],
      }),
      '分类为设施类·电梯故障，优先级重要，级别一般',
      'Classified as facility, lift failure; priority important, level medium',
    ],
    [
      event('owner-answered', { subject: 'plan', accepted: false, score: null, comment: { ref: 'r', digest: 'd' } }),
      '业主不接受处理方案',
      'The owner rejects the plan',
    ],
    [
      event('wake-gap', { plannedAt: dueAt, gapMs: 125 * MINUTE }),
      '系统中断 2 小时 05 分，自 2026-11-23 周一 17:00 起',
      'The system was away for 2 h 05 min, since Mon 2026-11-23 17:00',
    ],
    [event('tomorrow', {}), 'tomorrow', 'tomorrow'],
  ])('%j', (what, inChinese, inEnglish) => {
    expect(eventInWords(what, zh)).toBe(inChinese);
    expect(eventInWords(what, en)).toBe(inEnglish);
  });

  it('tells the head of a department from the department', () => {
    const to = { kind: 'role', role: 'department_head', department: 'engineering' };
    expect(eventInWords(event('notify-requested', { to }), zh)).toBe('向工程部 · 部门负责人发送通知');
    expect(eventInWords(event('notify-requested', { to }), en)).toBe('Message to engineering · head of department');
  });

  it('that opens an obligation names its due instant', () => {
    const obligation = { id: 'plan@2', kind: 'plan', dueAt, limit: HOUR } as Obligation;
    expect(eventInWords(event('obligation-opened', { obligation }), zh)).toBe(
      '“处理方案（第 2 轮）”开始计时，应于 2026-11-23 周一 17:00 前完成',
    );
  });
});

describe('a refusal', () => {
  it.each([
    [
      { refused: 'not-allowed-now', args: { stage: 'received', allowed: ['classified', 'handling'] } },
      '当前阶段“已接收”不能执行此操作，可执行的阶段：已分类和处理中。',
      'This is not possible in the stage received; it is in classified and handling.',
    ],
    [
      { refused: 'authority-too-low', args: { level: 'major', roles: ['manager'] } },
      '级别为重大的案件，只有以下角色可以闭环：经理。',
      'A case of level major may be closed by manager only.',
    ],
    [
      { refused: 'role-not-allowed', args: { role: 'engineering', allowed: ['customer_service', 'manager'] } },
      '工程不能执行此操作，可执行：客服和经理。',
      'The role engineering may not do this; it is for customer service and manager.',
    ],
    [
      { refused: 'department-unknown', args: { department: 'garden', allowed: ['customer_service', 'engineering'] } },
      '没有部门“garden”，可选：客服部和工程部。',
      'There is no department garden; there are customer service and engineering.',
    ],
    [{ refused: 'no-such-code', args: {} }, 'no-such-code', 'no-such-code'],
    [{ refused: 'constructor', args: {} }, 'constructor', 'constructor'],
  ])('%j', (refusal, inChinese, inEnglish) => {
    expect(refusalInWords(refusal, zh)).toBe(inChinese);
    expect(refusalInWords(refusal, en)).toBe(inEnglish);
  });
});

describe('a notice', () => {
  const dueAt = at('2026-11-23T17:00');

  it('names the case, the obligation and its due instant', () => {
    const notice = { no: 'C-7K2M-94QD', template: 'obligation-warned', args: { kind: 'progress', dueAt } };
    expect(noticeInWords(notice, zh)).toBe('【临期】案件 C-7K2M-94QD 的“每日进度”应于 2026-11-23 周一 17:00 前完成。');
    expect(noticeInWords(notice, en)).toBe(
      'Due soon: the daily update of case C-7K2M-94QD is due Mon 2026-11-23 17:00.',
    );
  });

  it('speaks to a resident as to a resident', () => {
    const notice = { no: 'C-1', template: 'obligation-reminded', args: { kind: 'owner-confirm', dueAt } };
    expect(noticeInWords(notice, zh)).toContain('您的诉求（编号 C-1）正等待您确认');
    expect(noticeInWords({ ...notice, args: { kind: 'plan', dueAt } }, zh)).toContain('【提醒】案件 C-1');
  });

  it('is readable without an argument, and without words', () => {
    expect(noticeInWords({ no: 'C-1', template: 'escalated', args: {} }, en)).toContain('Escalated: the — of case C-1');
    expect(noticeInWords({ no: 'C-1', template: 'unheard-of', args: {} }, en)).toBe('unheard-of');
    expect(words('en').find('notice', 'toString')).toBeNull();
  });
});

function owed(department: string) {
  return { as: 'department', role: department, department, person: null };
}

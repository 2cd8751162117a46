import type { Json } from '../format/values';

/**
 * What a request says where the story says nothing, so that a story names only what it is about
 * (docs/stories.md "Defaults"). Instants that start a clock are never made up.
 */
export const START_DEFAULTS: Readonly<Record<string, Readonly<Record<string, Json>>>> = {
  complaint: { channel: 'phone', matter: '住户反映问题，请尽快处理' },
  repair: { channel: 'phone', matter: '住户报修，请尽快上门' },
  consultation: { channel: 'phone', matter: '住户咨询' },
  dispute: { channel: 'phone', matter: '邻里之间有纠纷，请求调解' },
  revision: { channel: 'phone', matter: '服务标准需要修订' },
};

export const COMMAND_DEFAULTS: Readonly<Record<string, Readonly<Record<string, Json>>>> = {
  'hand-over': { reason: '交接班' },
  relieve: { reason: '交接班' },
  'block-part': { reason: '等待配件' },
  'complete-part': { result: '已处理完毕' },
  progress: { text: '正在处理，今日进展已告知住户' },
  'confirm-outage': { text: '已确认停供，正在抢修' },
  'outage-update': { text: '抢修进行中' },
  restore: { text: '已恢复' },
  pause: { reason: 'waiting-for-resident' },
  promise: { text: '按期完成承诺事项' },
  'move-promise': { reason: '需要更多时间' },
  note: { text: '备注' },
  withdraw: { reason: '住户撤回' },
  reopen: { reason: '问题再次出现' },
  reclassify: { reason: '重新核定' },
  'set-level': { reason: '按处理权限调整' },
  survey: { findings: '已到现场勘查' },
  'propose-plan': { cause: '原因已查明', plan: '整改方案已拟定' },
  'set-measure': { measure: '整改措施已明确', notice: '整改措施及时限公示', places: ['unit_door'] },
  'record-test-result': { agency: '环境监测站', result: '检测已完成', plan: '按检测结果整改' },
  'owner-answer': { accepted: true },
  'decide-for-owner': { accepted: true, reason: '多次提醒未获答复' },
  extend: { reason: '需要等待外部单位' },
  'feed-back': { written: '处理结果已书面告知', faceToFace: true },
  regrade: { reason: '重新核定' },
  decline: { reason: '正在处理其他工单' },
  release: { reason: '无法完成' },
  contact: { note: '已电话联系住户' },
  'move-eta': { reason: '路上拥堵' },
  complete: { result: '已修复', siteCleared: true },
  callback: { score: 5, solved: true },
  'second-callback': { score: 5, solved: true },
  rate: { score: 5 },
  'close-unsatisfied': { reason: '多次沟通后结案' },
  answer: { text: '已答复住户' },
  'record-meeting': { minutes: '三方已沟通', attended: ['resident', 'other-party', 'property'] },
  'propose-standard': { text: '建议提高频次' },
  'reject-standard': { reason: '依据不足' },
  settle: { outcome: 'agreed', summary: '双方达成一致' },
  'release-promise': { reason: '双方同意免除' },
  close: { rootCause: '原因已查明', preventiveAction: '已制定预防措施', similarRisksChecked: true },
};

/** Members that hold instants: written as moments, sent as RFC 3339. */
export const INSTANTS: readonly string[] = [
  ...['reportedAt', 'expectedResolutionAt', 'dueAt', 'finishAt', 'until', 'eta', 'meetingAt'],
];

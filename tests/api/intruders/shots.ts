import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pngChunk, pngOf } from '../../common/image/made';

/** What a request can name. One value each of what is the caller's, of what is not, and of what is not there. */
export interface Ids {
  readonly project: string;
  readonly no: string;
  readonly household: string;
  readonly resident: string;
  readonly staff: string;
  readonly key: string;
  readonly notification: string;
  readonly endpoint: string;
  /** An endpoint that is taken away. */
  readonly robot: string;
  /** Of an identity provider. */
  readonly identity: string;
  /** Of the roster. */
  readonly line: string;
  readonly substitute: string;
  readonly asset: string;
  readonly file: string;
  /** A resident's link that is revoked, and the secret of one that is not. */
  readonly link: string;
  readonly token: string;
  /** Of a ledger. */
  readonly run: string;
}

/** The parts of a valid request, besides what the document says of it. */
export interface Shot {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** A file in the place of a body. */
  readonly file?: Buffer;
}

export interface Aim {
  readonly shot: (ids: Ids) => Shot;
  /** What naming somebody else's gets where that is not 404: status and code, by what is named. */
  readonly foreign?: Readonly<Partial<Record<keyof Ids, readonly [number, string | null]>>>;
}

/** Of no type that is sent, for what counts is what the bytes are. */
export const PHOTO = pngOf([pngChunk('IHDR', 'head'), pngChunk('IDAT', 'picture')]);
const POLICY = readFileSync(resolve(__dirname, '../../../policies/complaint.yaml'), 'utf8');
/** The beginning of one open case: yesterday, by telephone. */
const CASE_COLUMNS = `external number,reported at,channel,matter,subtype\n4711,${new Date(Date.now() - 86_400_000).toISOString()},phone`;
const soon = (): string => new Date(Date.now() + 3_600_000).toISOString();
const later = (): string => new Date(Date.now() + 40 * 3_600_000).toISOString();

const TEXT = { text: '已联系业主' };
const PART = { department: 'engineering' };

/** A body for every command, such that only the state of the case can speak against it. */
export const COMMAND_BODIES: Readonly<Record<string, (ids: Ids) => unknown>> = {
  'acknowledge-escalation': () => ({ obligation: 'acknowledge' }),
  'hand-over': ({ staff }) => ({ to: staff, reason: '换班' }),
  relieve: ({ staff }) => ({ from: 'somebody', to: staff, reason: '换班' }),
  'assign-department': () => PART,
  'accept-part': () => PART,
  'block-part': () => ({ ...PART, reason: '缺件' }),
  'unblock-part': () => PART,
  'complete-part': () => ({ ...PART, result: '已修复' }),
  progress: () => TEXT,
  'confirm-outage': () => TEXT,
  'outage-update': () => TEXT,
  restore: () => TEXT,
  pause: () => ({ reason: 'parts', until: soon() }),
  resume: () => ({}),
  promise: () => ({ ...TEXT, dueAt: soon() }),
  'keep-promise': () => ({ promise: 'p1' }),
  'move-promise': () => ({ promise: 'p1', dueAt: later(), reason: '缺件' }),
  note: () => TEXT,
  'attach-caller': () => ({ channel: 'phone', room: '3-2-1501', name: '李四' }),
  withdraw: () => ({ reason: '误报' }),
  reopen: () => ({ reason: '又坏了' }),
  classify: () => ({ subtype: 'lift_entrapment' }),
  reclassify: () => ({ subtype: 'lift_entrapment', reason: '更正' }),
  'set-level': () => ({ level: 'ordinary', reason: '更正' }),
  acknowledge: () => ({}),
  survey: () => ({ findings: '门机故障' }),
  'propose-plan': () => ({ cause: '老化', plan: '更换', finishAt: soon() }),
  'set-measure': () => ({ measure: '停用', dueAt: soon(), notice: '停用通知', places: ['lobby'] }),
  'record-test-result': () => ({ agency: '检测所', result: '合格', plan: '恢复' }),
  'owner-answer': () => ({ accepted: true }),
  'decide-for-owner': () => ({ accepted: true, reason: '业主未答复' }),
  extend: () => ({ dueAt: later(), reason: '等零件' }),
  'feed-back': () => ({ written: '已修复', faceToFace: true }),
  close: () => ({ rootCause: '老化', preventiveAction: '更换', similarRisksChecked: true }),
  regrade: () => ({ subtype: 'bulb', reason: '更正' }),
  accept: () => ({}),
  decline: () => ({}),
  grab: () => ({}),
  assign: ({ staff }) => ({ to: staff }),
  release: () => ({ reason: '缺件' }),
  contact: () => ({}),
  depart: () => ({ eta: soon() }),
  'move-eta': () => ({ eta: later(), reason: '堵车' }),
  arrive: () => ({}),
  complete: () => ({ result: '已修复', siteCleared: true }),
  'add-photos': () => ({ files: [randomUUID()] }),
  'set-photo-consent': () => ({ consent: true }),
  callback: () => ({ score: 5, solved: true }),
  'second-callback': () => ({ score: 5, solved: true }),
  'callback-attempt': () => ({}),
  'close-unsatisfied': () => ({ reason: '多次沟通' }),
  rate: () => ({ score: 5 }),
  'start-repair': () => ({ subtype: 'lift_fault' }),
  'start-complaint': () => ({}),
  'start-dispute': () => ({}),
  answer: () => TEXT,
  'promise-answer': () => ({ dueAt: soon() }),
  'arrange-meeting': () => ({ meetingAt: soon(), place: '物业会议室' }),
  'record-meeting': ({ staff }) => ({
    ...{ minutes: '双方同意铺设地垫', attended: ['resident', 'other-party', 'property'] },
    actions: [{ text: '送地垫', dueAt: soon(), keeper: staff }],
  }),
  settle: () => ({ outcome: 'agreed', summary: '双方达成一致' }),
  'release-promise': () => ({ promise: 'p1', reason: '对方已搬离' }),
  'propose-standard': () => ({
    ...{ text: '每周两次', duty: 'lift_inspection', cadence: { kind: 'fixed', times: 2, per: 'week' } },
  }),
  'approve-standard': () => ({}),
  'reject-standard': () => ({ reason: '人手不足' }),
};

/** Commands whose body names somebody of the staff. */
const NAMING_STAFF = ['hand-over', 'assign', 'relieve', 'record-meeting'];

const none = [{ shot: () => ({}) }] as const;
const at = ({ no }: Ids) => ({ path: { no } });
const byLink = ({ token }: Ids) => ({ path: { token } });
const messageForm = (): Buffer =>
  Buffer.from(new URLSearchParams({ act: 'note', text: '在家', seq: '1', key: randomUUID() }).toString());
const ofProject = [{ shot: ({ project }: Ids) => ({ query: { project } }) }, ...none];
const ofPath = ({ project }: Ids) => ({ path: { project } });
const ofTable = (table: string) => [{ shot: (ids: Ids) => ({ ...ofPath(ids), file: Buffer.from(table) }) }];
const entry = ({ project }: Ids) => ({ path: { project, id: 'gardening' } });
const ofAsset = ({ asset }: Ids) => ({ path: { id: asset } });
const SHIFT = {
  role: 'customer_service',
  from: '00:00',
  to: '00:00',
  weekdays: [1, 2, 3, 4, 5, 6, 7],
  firstDay: '2027-01-01',
};
const family = { path: { family: 'complaint' } };
const NOT_THERE = [200, null] as const;

const AIMS: Readonly<Record<string, readonly Aim[]>> = {
  startComplaint: [
    { shot: ({ project }) => ({ body: { project, channel: 'phone', matter: '漏水', subtype: 'lift_entrapment' } }) },
    {
      // A number is kept as it was said; nothing is looked up by it.
      shot: ({ no }) => ({ body: { project: 'lakeside', channel: 'phone', matter: '漏水', repeatOf: no } }),
      foreign: { no: [201, null] },
    },
  ],
  startRepair: [{ shot: ({ project }) => ({ body: { project, channel: 'phone', matter: '漏水', subtype: 'leak' } }) }],
  startConsultation: [{ shot: ({ project }) => ({ body: { project, channel: 'phone', matter: '物业费怎么算' } }) }],
  startDispute: [{ shot: ({ project }) => ({ body: { project, channel: 'phone', matter: '楼上太吵' } }) }],
  startRevision: [{ shot: ({ project }) => ({ body: { project, channel: 'phone', matter: '电梯频繁故障' } }) }],
  listCadences: ofProject,
  runCommands: [
    {
      shot: ({ no }) => ({ body: { items: [{ no, command: 'note', body: TEXT }] } }),
      foreign: { no: NOT_THERE },
    },
  ],
  listCases: ofProject,
  getCase: [{ shot: at }],
  getCaseTimeline: [{ shot: at }],
  listCaseObligations: [{ shot: at }],
  explainObligation: [{ shot: ({ no }) => ({ path: { no, id: 'acknowledge' } }) }],
  getWorkflowHistory: [{ shot: at }],
  listCaseLinks: [{ shot: at }],
  createCaseLink: [{ shot: (ids) => ({ ...at(ids), body: { days: 3 } }) }],
  // Said again, or of another case, it changes nothing.
  revokeCaseLink: [{ shot: ({ no, link }) => ({ path: { no, link } }), foreign: { link: [204, null] } }],
  readByLink: [{ shot: byLink }],
  actByLink: [{ shot: (ids) => ({ ...byLink(ids), body: { act: 'note', text: '在家' } }) }],
  showByLink: [{ shot: byLink }],
  submitByLink: [{ shot: (ids) => ({ ...byLink(ids), file: messageForm() }) }],
  unmaskCaseContact: [{ shot: (ids) => ({ ...at(ids), body: { reason: 'visit' } }) }],
  listObligations: ofProject,
  countLists: ofProject,
  listApiKeys: [{ shot: ({ staff }) => ({ query: { staff } }), foreign: { staff: NOT_THERE } }, ...none],
  createApiKey: [
    {
      shot: ({ project, staff }) => ({
        body: { label: 'walk', role: 'customer_service', projects: [project], staff },
      }),
    },
    {
      shot: ({ project, household, resident }) => ({
        body: { label: 'walk', role: 'resident', projects: [project], household, resident },
      }),
    },
  ],
  revokeApiKey: [{ shot: ({ key }) => ({ path: { id: key } }) }],
  listAudit: [
    { shot: ({ no }) => ({ query: { subject: `case/${no}` } }), foreign: { no: NOT_THERE } },
    { shot: ({ staff }) => ({ query: { actor: staff } }), foreign: { staff: NOT_THERE } },
  ],
  decodePayloads: [{ shot: () => ({ body: { payloads: [] } }) }],
  encodePayloads: [{ shot: () => ({ body: { payloads: [] } }) }],
  listHouseholds: [{ shot: ({ project }) => ({ query: { project } }) }],
  getHousehold: [{ shot: ({ household }) => ({ path: { id: household } }) }],
  lookUp: [{ shot: ({ project }) => ({ body: { project, room: '3-2-1501' } }) }],
  createHousehold: [{ shot: ({ project }) => ({ body: { project, building: '9', room: '9-1-101' } }) }],
  changeHousehold: [{ shot: ({ household }) => ({ path: { id: household }, body: { careColour: 'red' } }) }],
  // To the same project, which is refused: the resident of the walk keeps his key.
  moveHousehold: [
    {
      shot: ({ household, project }) => ({
        path: { id: household },
        body: { project, building: '9', room: '9-1-909' },
      }),
    },
  ],
  addResident: [{ shot: ({ household }) => ({ path: { id: household }, body: { name: '王五' } }) }],
  unmaskHousehold: [
    { shot: ({ household, no }) => ({ path: { id: household }, body: { reason: 'visit', case: no } }) },
  ],
  changeResident: [{ shot: ({ resident }) => ({ path: { id: resident }, body: { phone: '13800000013' } }) }],
  unmaskSubject: [{ shot: ({ resident, no }) => ({ path: { id: resident }, body: { reason: 'visit', case: no } }) }],
  eraseResident: [
    { shot: ({ resident, no }) => ({ path: { id: resident }, body: { reason: 'requested', cases: [no] } }) },
  ],
  getMe: none,
  listNotifications: [...ofProject, { shot: ({ no }) => ({ query: { case: no } }), foreign: { no: NOT_THERE } }],
  markNotificationsRead: [
    { shot: ({ notification }) => ({ body: { ids: [notification] } }), foreign: { notification: NOT_THERE } },
  ],
  acknowledgeNotifications: [
    { shot: ({ notification }) => ({ body: { ids: [notification] } }), foreign: { notification: NOT_THERE } },
  ],
  listDeadLetters: ofProject,
  listDeliveries: [{ shot: ({ notification }) => ({ path: { id: notification } }) }],
  resendNotification: [{ shot: ({ notification }) => ({ path: { id: notification }, body: { channel: 'robot' } }) }],
  getStaffContact: [{ shot: ({ staff }) => ({ path: { id: staff } }) }],
  putStaffContact: [{ shot: ({ staff }) => ({ path: { id: staff }, body: { email: null, language: 'en' } }) }],
  getResidentContact: [{ shot: ({ resident }) => ({ path: { id: resident } }) }],
  putResidentContact: [{ shot: ({ resident }) => ({ path: { id: resident }, body: { email: null, language: null } }) }],
  listEndpoints: ofProject,
  createEndpoint: [
    { shot: ({ project }) => ({ body: { project, kind: 'wecom', label: 'x', url: 'https://robot.example/send' } }) },
  ],
  changeEndpoint: [{ shot: ({ endpoint }) => ({ path: { id: endpoint }, body: { active: false } }) }],
  renewEndpointSecret: [{ shot: ({ endpoint }) => ({ path: { id: endpoint } }) }],
  // Said again, or of what is not his, it changes nothing.
  removeEndpoint: [{ shot: ({ robot }) => ({ path: { id: robot } }), foreign: { robot: [204, null] } }],
  listPolicies: none,
  getPolicy: [{ shot: () => family }],
  getPolicyVersion: [{ shot: () => ({ path: { family: 'complaint', version: '1' } }) }],
  publishPolicy: [{ shot: () => ({ ...family, query: { dryRun: 'true' }, body: { yaml: POLICY } }) }],
  listProjects: none,
  getProject: [{ shot: ({ project }) => ({ path: { project } }) }],
  listDepartments: [{ shot: ofPath }],
  putDepartment: [{ shot: (ids) => ({ ...entry(ids), body: { name: '绿化部' } }) }],
  retireDepartment: [{ shot: entry }],
  listPosts: [{ shot: ofPath }],
  putPost: [{ shot: (ids) => ({ ...entry(ids), body: { name: '绿化' } }) }],
  retirePost: [{ shot: entry }],
  listSkills: [{ shot: ofPath }],
  putSkill: [{ shot: (ids) => ({ ...entry(ids), body: { name: '园艺' } }) }],
  retireSkill: [{ shot: entry }],
  listZones: [{ shot: ofPath }],
  putZone: [{ shot: (ids) => ({ ...entry(ids), body: { name: '东区', buildings: ['11'] } }) }],
  retireZone: [{ shot: entry }],
  createProject: [{ shot: () => ({ body: { id: 'riverside', name: '河畔', zone: 'Asia/Shanghai' } }) }],
  changeProject: [{ shot: (ids) => ({ ...ofPath(ids), body: { name: '湖畔花园' } }) }],
  getProjectCalendar: [{ shot: ofPath }],
  setProjectCalendar: [{ shot: (ids) => ({ ...ofPath(ids), body: { holidays: ['2026-10-01'], workdays: [] } }) }],
  getStaffTies: [{ shot: ({ project, staff }) => ({ path: { project, staff } }) }],
  setStaffTies: [
    { shot: ({ project, staff }) => ({ path: { project, staff }, body: { post: null, skills: [], zones: [] } }) },
  ],
  getRoster: [{ shot: ofPath }],
  getDutyNow: [{ shot: ofPath }],
  listRosterGaps: [{ shot: (ids) => ({ ...ofPath(ids), query: { from: soon(), to: later() } }) }],
  addRosterLine: [{ shot: ({ project, staff }) => ({ path: { project }, body: { ...SHIFT, staff } }) }],
  changeRosterLine: [
    { shot: ({ project, line, staff }) => ({ path: { project, id: line }, body: { ...SHIFT, staff } }) },
  ],
  endRosterLine: [{ shot: ({ project, line }) => ({ path: { project, id: line } }) }],
  setRosterDay: [
    { shot: ({ project, line }) => ({ path: { project, id: line, date: '2026-12-01' }, body: { shift: null } }) },
  ],
  resetRosterDay: [{ shot: ({ project, line }) => ({ path: { project, id: line, date: '2026-12-01' } }) }],
  addSubstitute: [
    {
      shot: ({ project, staff }) => ({
        path: { project },
        body: { staff: 's-engineering', by: staff, from: soon(), to: later() },
      }),
    },
  ],
  endSubstitute: [{ shot: ({ project, substitute }) => ({ path: { project, id: substitute } }) }],
  previewHandover: [{ shot: ({ project, staff }) => ({ path: { project }, query: { from: staff } }) }],
  handOverShift: [
    {
      shot: ({ project, staff }) => ({ path: { project }, body: { from: staff, to: 's-manager', reason: '换班' } }),
    },
  ],
  listAssets: ofProject,
  getAsset: [{ shot: ofAsset }],
  getAssetFile: [{ shot: ofAsset }],
  createAsset: [{ shot: ({ project }) => ({ body: { project, kind: 'pump', name: '水泵' } }) }],
  changeAsset: [{ shot: (ids) => ({ ...ofAsset(ids), body: { state: 'out-of-service' } }) }],
  removeAsset: [{ shot: ofAsset }],
  listStaff: ofProject,
  getStaffMember: [{ shot: ({ staff }) => ({ path: { id: staff } }) }],
  createStaffMember: [
    { shot: ({ project }) => ({ body: { name: '新人', roles: [{ project, role: 'engineering' }] } }) },
  ],
  changeStaffMember: [
    { shot: ({ staff }) => ({ path: { id: staff }, body: { active: true } }) },
    {
      shot: ({ project }) => ({
        path: { id: 's-finance' },
        body: {
          roles: [
            { project: 'lakeside', role: 'finance' },
            { project, role: 'engineering' },
          ],
        },
      }),
    },
  ],
  listIdentities: [{ shot: ({ staff }) => ({ path: { id: staff } }) }],
  addIdentity: [
    {
      shot: ({ staff }) => ({ path: { id: staff }, body: { issuer: 'https://login.example', subject: `at ${staff}` } }),
    },
  ],
  removeIdentity: [
    { shot: ({ staff, identity }) => ({ path: { id: staff, identity } }), foreign: { identity: [204, null] } },
  ],
  listDrafts: none,
  getDraft: [{ shot: () => ({ path: { draft: 'call-1' } }) }],
  putDraft: [{ shot: () => ({ path: { draft: 'call-1' }, body: { content: '半句话' } }) }],
  deleteDraft: [{ shot: () => ({ path: { draft: 'call-1' } }) }],
  uploadFile: [{ shot: ({ project }) => ({ query: { project }, file: PHOTO }) }],
  getFile: [{ shot: ({ file }) => ({ path: { id: file } }) }],
  importDepartments: ofTable('id,name\nimported,部门'),
  importPosts: ofTable('id,name\nimported,岗位'),
  importSkills: ofTable('id,name\nimported,技能'),
  importZones: ofTable('id,name,buildings\nimported,片区,77'),
  importHouseholds: ofTable('building,room\n77,77-1-101'),
  importStaff: ofTable('number,name,role\n4711,临时工,engineering'),
  importRosters: ofTable('staff,role,from,to,first day\n4711,engineering,20:00,08:00,2026-12-01'),
  importSubstitutes: ofTable('staff,by,from,to\n4711,4712,2026-12-01 08:00,2026-12-02 08:00'),
  importAssets: ofTable('id,kind,name\nlift-77,lift,电梯'),
  importComplaints: ofTable(`${CASE_COLUMNS},电梯困人,lift_entrapment`),
  importRepairs: ofTable(`${CASE_COLUMNS},灯泡坏了,bulb`),
  getImportTemplateOfDepartments: none,
  getImportTemplateOfPosts: none,
  getImportTemplateOfSkills: none,
  getImportTemplateOfZones: none,
  getImportTemplateOfHouseholds: none,
  getImportTemplateOfStaff: none,
  getImportTemplateOfRosters: none,
  getImportTemplateOfSubstitutes: none,
  getImportTemplateOfAssets: none,
  getImportTemplateOfComplaints: none,
  getImportTemplateOfRepairs: none,
  listImports: [{ shot: ({ project }) => ({ path: { project } }) }],
  getImport: [{ shot: ({ run }) => ({ path: { id: run } }) }],
  listImportedRows: [{ shot: ({ run }) => ({ path: { id: run } }) }],
  beginSession: [{ shot: () => ({ body: { key: 'x' } }) }],
  startProviderLogin: none,
  finishProviderLogin: [{ shot: () => ({ query: { code: 'x', state: 'y' } }) }],
  endSession: none,
  listOwnSessions: none,
  endOwnSession: [{ shot: () => ({ path: { id: '0123456789abcdef' } }) }],
  streamChanges: none,
  listChanges: none,
  showCodecLogin: none,
  beginCodecLogin: [{ shot: () => ({ body: { key: 'x' } }) }],
  endCodecLogin: none,
  getHealth: none,
  getReadiness: none,
  getMetrics: none,
  getOpenApi: none,
  browseApi: none,
  browseProblems: none,
  getDocsAsset: [{ shot: () => ({ path: { asset: 'start.js' } }) }],
};

const COMMAND_PATH = /^POST \/api\/v1\/cases\/\{no\}\/([a-z-]+)$/;

/**
 * Valid requests of an operation, each made of ids.
 * @throws for one that nobody has thought about.
 */
export function aimsAt(operation: { readonly id: string; readonly name: string }): readonly Aim[] {
  const command = COMMAND_PATH.exec(operation.name)?.[1] ?? '';
  const body = COMMAND_BODIES[command];
  const aims = AIMS[operation.id] ?? (body && [commandAim(command, body)]);
  if (!aims) {
    throw new Error(`${operation.name} has no valid request: add ${operation.id} to tests/api/intruders/shots.ts`);
  }
  return aims;
}

function commandAim(command: string, body: (ids: Ids) => unknown): Aim {
  const aim = { shot: (ids: Ids) => ({ ...at(ids), body: body(ids) }) };
  return NAMING_STAFF.includes(command) ? { ...aim, foreign: { staff: [422, 'staff-unknown'] } } : aim;
}

/** Which ids a request is made of: only those are worth swapping. */
export function idsIn({ shot }: Aim, ids: Ids): (keyof Ids)[] {
  const named = new Set<keyof Ids>();
  shot(
    new Proxy(ids, {
      get: (target, name: keyof Ids) => {
        named.add(name);
        return target[name];
      },
    }),
  );
  return [...named];
}

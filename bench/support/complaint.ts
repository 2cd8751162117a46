import type { ApiClient } from './api-client';

/** A complaint about a lamp and a leak that is mended, over HTTP from their start to their closing. */

const NEW = {
  project: 'lakeside',
  channel: 'phone',
  matter: '三号楼二单元门厅的灯不亮，晚上看不清台阶',
  subtype: 'lighting',
  place: { building: '3', unit: '2', room: '3-2-1501' },
  caller: { name: '住户甲', phone: '13800000010' },
};

export async function startComplaint(api: ApiClient, more: object = {}): Promise<string> {
  const { body } = await api.call('customer_service', 'POST', '/api/v1/complaints', { ...NEW, ...more });
  return body.no as string;
}

export interface CommandSpec {
  readonly role: string;
  readonly name: string;
  readonly body: object;
}

const HOUR = 3_600_000;

/** Eight commands from acknowledging to closing. */
export function eightCommands(now: number): CommandSpec[] {
  const dueAt = new Date(now + 2 * HOUR).toISOString();
  return [
    command('customer_service', 'acknowledge', {}),
    command('engineering', 'accept-part', { department: 'engineering' }),
    command('customer_service', 'set-measure', { measure: '更换灯管', dueAt, notice: '今天修好', places: ['3-2'] }),
    command('customer_service', 'note', { text: '灯管在路上' }),
    command('engineering', 'complete-part', { department: 'engineering', result: '已更换' }),
    command('customer_service', 'feed-back', { written: '已修好', faceToFace: false, reason: '业主外出' }),
    command('customer_service', 'owner-answer', { accepted: true, score: 5 }),
    command('manager', 'close', { rootCause: '老化', preventiveAction: '更换', similarRisksChecked: true }),
  ];
}

export const WITHDRAWAL: CommandSpec = command('customer_service', 'withdraw', { reason: '误报' });

const LEAK = { ...NEW, matter: '卫生间天花板滴水', subtype: 'leak' };

export async function startRepair(api: ApiClient): Promise<string> {
  return (await api.call('customer_service', 'POST', '/api/v1/repairs', LEAK)).body.no as string;
}

/** Eight commands from giving out the job to closing, at any hour: callbacks have hours, so a manager closes it. */
export function eightRepairCommands(now: number): CommandSpec[] {
  const [eta, finishAt] = [now + HOUR, now + 2 * HOUR].map((at) => new Date(at).toISOString());
  return [
    command('customer_service', 'assign', { to: 'engineer-1' }),
    command('engineering', 'contact', {}),
    command('engineering', 'depart', { eta }),
    command('engineering', 'arrive', {}),
    command('engineering', 'survey', { findings: '接头老化', plan: '更换接头', finishAt }),
    command('customer_service', 'note', { text: '业主在家' }),
    command('engineering', 'complete', { result: '已更换', siteCleared: true }),
    command('manager', 'close-unsatisfied', { reason: '夜间不回访' }),
  ];
}

/** @returns the numbers of the journal that the commands were answered with. */
export async function doCommands(api: ApiClient, no: string, commands: readonly CommandSpec[]): Promise<number[]> {
  const seqs: number[] = [];
  for (const { role, name, body } of commands) {
    const answer = await api.call(role, 'POST', `/api/v1/cases/${no}/${name}`, body);
    seqs.push(answer.body.seq as number);
  }
  return seqs;
}

function command(role: string, name: string, body: object): CommandSpec {
  return { role, name, body };
}

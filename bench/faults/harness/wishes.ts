import { SECOND } from '../../../domain/instant';
import type { Wish } from './log';

/** What is done to a complaint from its opening to its closing, in this order. */
export const CAREER: readonly ((no: string, now: number) => Wish)[] = [
  (no) => ({ no, name: 'acknowledge', as: 'customer_service', body: { note: '已联系住户' } }),
  (no, now) => {
    const dueAt = new Date(now + 10 * SECOND).toISOString();
    const body = { measure: '更换灯具', notice: '照明检修通知', places: ['unit_door'], dueAt };
    return { no, name: 'set-measure', as: 'customer_service', body };
  },
  (no) => ({ no, name: 'accept-part', as: 'engineering', body: { department: 'engineering' } }),
  (no) => ({ no, name: 'complete-part', as: 'engineering', body: { department: 'engineering', result: '已更换' } }),
  (no) => ({ no, name: 'feed-back', as: 'customer_service', body: { written: '照明已恢复', faceToFace: true } }),
  (no) => ({ no, name: 'owner-answer', as: 'resident', body: { accepted: true, score: 5 } }),
  (no) => {
    const body = { rootCause: '灯具老化', preventiveAction: '按月巡检', similarRisksChecked: true };
    return { no, name: 'close', as: 'customer_service', body };
  },
];

export function openingWish(number: number): Wish {
  const body = {
    ...{ project: 'lakeside', channel: 'phone', subtype: 'lighting', matter: `第${number}件：楼道照明损坏` },
    place: { building: '1', unit: '1', room: '1-1-101' },
    caller: { name: '住户甲', phone: '13800000010' },
  };
  return { no: null, name: 'start', as: 'customer_service', body };
}

export function noteWish(no: string, number: number): Wish {
  return { no, name: 'note', as: 'customer_service', body: { text: `第${number}条记录` } };
}

export function unmaskWish(no: string): Wish {
  return { no, name: 'unmask', as: 'customer_service', body: { reason: 'call-back' } };
}

/** `/api/v1/complaints`, `/api/v1/cases/C-7K2M-94QD/note` */
export function pathOf({ no, name }: Wish): string {
  return no === null ? '/api/v1/complaints' : `/api/v1/cases/${no}/${name}`;
}

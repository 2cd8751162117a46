import { z } from 'zod';
import { isoOf } from '../../domain/instant';
import type { ApiDeps } from '../deps';
import { defineRoute, type Route } from '../http/route';
import { ERASERS, HOME_KEEPERS, NEED_CONTACT } from '../resources/authority';
import { erase } from '../resources/erasure';
import { correctResident, maskedData, personalData, visibleResident } from '../resources/residents';
import { recordUnmaskFor, SHOWN_FOR } from '../resources/unmasking';
import { correctedResident, erased, erasing, residentChange, unmaskedSubject, unmasking } from '../schemas/directory';
import { subjectId } from '../schemas/parts';

const params = z.strictObject({ id: subjectId });
const project = { byHandler: 'the project is known with the resident' } as const;

/** What is done with the data of one person. */
export function residentRoutes(deps: ApiDeps): Route[] {
  return [correct(deps), unmask(deps), eraseAll(deps)];
}

function correct(deps: ApiDeps): Route {
  return defineRoute({
    method: 'PATCH',
    path: '/api/v1/residents/{id}',
    operationId: 'changeResident',
    summary: 'Corrects the name, telephone, mail address or language of a resident',
    description:
      'He is found by the new ones at once, and what is sent later goes there. A ledger that still has the old name or number means him and does not bring it back. The audit log tells which fields, and neither what was nor what is. Not for somebody who was erased, or whose home has moved.',
    tags: ['Households'],
    access: { roles: HOME_KEEPERS, project },
    params,
    body: residentChange,
    examples: { number: { phone: '13800000013' }, none: { phone: null }, letters: { language: 'en' } },
    responses: { 200: { description: 'As he is now, masked', schema: correctedResident } },
    problems: ['conflict'],
    handler: async ({ params: { id }, body }, { principal, now }) => {
      await correctResident(deps, { principal, now }, id, body);
      return { status: 200, body: await maskedData(deps, await visibleResident(deps, principal, id)) };
    },
  });
}

function unmask(deps: ApiDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/subjects/{id}/unmask',
    operationId: 'unmaskSubject',
    summary: 'Name, telephone and mail address of one resident, for a reason',
    description:
      'The id is that of a resident, as a lookup or a home tells it. Who looked and why is in the audit log before anything is shown, and counts against the same hourly budget as homes and cases.',
    tags: ['Households'],
    access: { roles: NEED_CONTACT, project },
    params,
    body: unmasking,
    examples: { 'call back': { reason: 'call-back', case: 'C-7K2M-94QD' } },
    idempotent: false,
    responses: { 200: { description: 'In the clear', schema: unmaskedSubject } },
    problems: ['not-found', 'unmask-budget-spent', 'engine-unavailable', 'case-unreadable', 'database-unavailable'],
    handler: async ({ params: { id }, body }, { principal, now }) => {
      const resident = await visibleResident(deps, principal, id);
      const deed = { action: 'subject.unmask', subject: `resident/${id}`, project: resident.project };
      await recordUnmaskFor(deps, { principal, now }, deed, body);
      return { status: 200, body: { ...(await personalData(deps, resident)), until: isoOf(now + SHOWN_FOR) } };
    },
  });
}

function eraseAll(deps: ApiDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/residents/{id}/erase',
    operationId: 'eraseResident',
    summary: 'Makes everything personal that is kept of somebody unreadable, for good',
    description:
      'Name, telephone and the texts of the cases that he reported are shown as [erased] from then on; clocks, counts and journals of these cases stay as they are, and open ones go on. His keys are revoked. Can be repeated: it takes what has come since.',
    tags: ['Households'],
    access: { roles: ERASERS, project },
    params,
    body: erasing,
    examples: { request: { reason: 'requested', cases: ['C-7K2M-94QD'] } },
    idempotent: false,
    responses: { 200: { description: 'What was erased', schema: erased } },
    problems: ['not-found', 'engine-unavailable', 'case-unreadable', 'database-unavailable'],
    handler: async ({ params: { id }, body }, { principal, now }) => {
      const { cases, at } = await erase(deps, { principal, now }, id, body);
      return { status: 200, body: { id, cases: [...cases], erasedAt: isoOf(at) } };
    },
  });
}

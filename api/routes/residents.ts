import { z } from 'zod';
import { isoOf } from '../../domain/instant';
import type { ApiDeps } from '../deps';
import { defineRoute, type Route } from '../http/route';
import { ERASERS } from '../resources/authority';
import { erase } from '../resources/erasure';
import { erased, erasing } from '../schemas/directory';
import { subjectId } from '../schemas/parts';

/** What is done to the data of one person. */
export function residentRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/api/v1/residents/{id}/erase',
      operationId: 'eraseResident',
      summary: 'Makes everything personal that is kept of somebody unreadable, for good',
      description:
        'Name, telephone and the texts of the cases that he reported are shown as [erased] from then on; clocks, counts and journals of these cases stay as they are, and open ones go on. His keys are revoked. Can be repeated: it takes what has come since.',
      tags: ['Households'],
      access: { roles: ERASERS, project: { byHandler: 'the project is known with the resident' } },
      params: z.strictObject({ id: subjectId }),
      body: erasing,
      examples: { request: { reason: 'requested', cases: ['C-7K2M-94QD'] } },
      idempotent: false,
      responses: { 200: { description: 'What was erased', schema: erased } },
      problems: ['not-found', 'engine-unavailable', 'case-unreadable', 'database-unavailable'],
      handler: async ({ params: { id }, body }, { principal, now }) => {
        const { cases, at } = await erase(deps, { principal, now }, id, body);
        return { status: 200, body: { id, cases: [...cases], erasedAt: isoOf(at) } };
      },
    }),
  ];
}

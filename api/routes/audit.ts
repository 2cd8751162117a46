import { z } from 'zod';
import { isoOf } from '../../domain/instant';
import { lastAudit, pageAudit } from '../../db/queries/api-audit';
import type { AuditRecord } from '../../db/queries/audit';
import type { ApiDeps } from '../deps';
import { defineRoute, type Route } from '../http/route';
import { paged, pageOf, pageQuery } from '../paging';
import { AUDITORS } from '../resources/authority';
import { auditEntry } from '../schemas/run';

const auditList = pageOf(auditEntry, 'AuditList');
const word = z.string().min(1).max(120);

export function auditRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/audit',
      operationId: 'listAudit',
      summary: 'Who saw or did what',
      description: 'Entries that concern no single project are shown to those who see all of them.',
      tags: ['Audit'],
      access: { roles: AUDITORS, project: { byHandler: 'lists entries of the caller’s projects' } },
      query: z.strictObject({
        ...pageQuery,
        subject: word.optional(),
        actor: word.optional(),
        action: word.optional(),
      }),
      responses: { 200: { description: 'One page, newest first', schema: auditList } },
      problems: ['invalid-cursor'],
      handler: async ({ query: { limit, cursor, ...wanted } }, { principal, now }) => {
        const { db } = deps.database;
        const scope = { ...wanted, projects: principal.projects };
        const body = await paged(
          deps,
          { cursor, list: ['audit', { ...scope }], now },
          async (from) => {
            const last = from ? Number(from.sort[0]) : await lastAudit(db);
            return pageAudit(db, { filter: { ...scope, last }, limit, cursor: from });
          },
          auditView,
        );
        return { status: 200, body };
      },
    }),
  ];
}

const auditView = ({ at, details, ...entry }: AuditRecord) => ({ ...entry, at: isoOf(at), details: { ...details } });

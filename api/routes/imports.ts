import { z } from 'zod';
import { listImportRows, listImports, type ImportRun } from '../../db/queries/imports';
import { isoOf, MINUTE } from '../../domain/instant';
import type { ApiDeps } from '../deps';
import { queryBoolean } from '../http/query';
import { defineRoute, type Route } from '../http/route';
import type { ImportKind } from '../imports/kind';
import { IMPORT_KINDS } from '../imports/kinds';
import { receiveImport, visibleImport } from '../imports/receive';
import { templateOf } from '../imports/columns';
import { paged, pageQuery } from '../paging';
import { INSIDERS } from '../resources/authority';
import { importList, importRows, importRun, rowOutcome } from '../schemas/imports';
import { projectId, subjectId } from '../schemas/parts';
import { language } from '../schemas/text';

const tags = ['Imports'];
const byHandler = { byHandler: 'the project is known with the import' } as const;
const params = z.strictObject({ id: subjectId });

export const CSV = 'text/csv';
export const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
/** Bytes of one file: 100,000 rows take less than half of it. */
const MAX_BYTES = 32 * 1024 * 1024;
/** Without a sign of life for so long nobody runs it any more. */
const DEAD_AFTER = MINUTE;

/** Ledgers (台账) and open cases from CSV and XLSX. */
export function importRoutes(deps: ApiDeps): Route[] {
  return [...IMPORT_KINDS.flatMap((kind) => [receive(deps, kind), template(kind)]), list(deps), one(deps), rows(deps)];
}

const wordOf = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

function receive(deps: ApiDeps, kind: ImportKind): Route {
  return defineRoute({
    method: 'POST',
    path: `/api/v1/projects/{project}/imports/${kind.name}`,
    operationId: `import${wordOf(kind.name)}`,
    summary: `Imports ${kind.name} from a CSV or a workbook`,
    description:
      kind.is === 'ledger'
        ? 'All rows are written, or none. The same file again changes nothing.'
        : 'Each row that is not refused becomes a running case, whose clocks count from its own report. The same file again starts those that are missing.',
    tags,
    access: { roles: kind.roles, project: { in: 'params', name: 'project' } },
    params: z.strictObject({ project: projectId }),
    query: z.strictObject({ dryRun: queryBoolean().optional() }),
    upload: { types: [CSV, XLSX], limit: MAX_BYTES },
    idempotent: true,
    responses: {
      201: { description: 'It has ended', schema: importRun, headers: { Location: 'The import' } },
      202: { description: 'It is still running', schema: importRun, headers: { Location: 'The import' } },
    },
    problems: ['not-found', 'not-a-sheet', 'sheet-too-big', 'headings-missing', 'heading-twice'],
    handler: async ({ params: { project }, query, bytes, idempotency }, { principal, now }) => {
      const sent = { kind, project, dryRun: query.dryRun ?? false, bytes: bytes ?? Buffer.alloc(0) };
      const run = await receiveImport(deps, { principal, now, idempotency }, sent);
      const headers = { Location: `/api/v1/imports/${run.id}` };
      return { status: run.state === 'running' ? 202 : 201, headers, body: view(deps, run) };
    },
  });
}

function template(kind: ImportKind): Route {
  return defineRoute({
    method: 'GET',
    path: `/api/v1/import-templates/${kind.name}`,
    operationId: `getImportTemplateOf${wordOf(kind.name)}`,
    summary: `An empty table for ${kind.name}, as CSV`,
    tags,
    access: { roles: kind.roles },
    query: z.strictObject({ locale: language.default('zh-CN') }),
    responses: { 200: { description: 'The headings', contentType: CSV } },
    problems: [],
    handler: ({ query: { locale } }) => ({
      status: 200,
      headers: {
        'Content-Type': `${CSV}; charset=utf-8`,
        'Content-Disposition': `attachment; filename="${kind.name}.csv"`,
      },
      bytes: templateOf(kind.columns, locale),
    }),
  });
}

function list(deps: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/projects/{project}/imports',
    operationId: 'listImports',
    summary: 'Files that were imported, newest first',
    tags,
    access: { roles: INSIDERS, project: { in: 'params', name: 'project' } },
    params: z.strictObject({ project: projectId }),
    query: z.strictObject(pageQuery),
    responses: { 200: { description: 'One page', schema: importList } },
    problems: ['invalid-cursor'],
    handler: async ({ params: { project }, query: { limit, cursor } }, { now }) => {
      const body = await paged(
        deps,
        { cursor, list: ['imports', project], now },
        (from) => listImports(deps.database.db, { project, limit, cursor: from }),
        (run) => view(deps, run),
      );
      return { status: 200, body };
    },
  });
}

function one(deps: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/imports/{id}',
    operationId: 'getImport',
    summary: 'How far an import has come',
    tags,
    access: { roles: INSIDERS, project: byHandler },
    params,
    responses: { 200: { description: 'The import', schema: importRun } },
    problems: [],
    handler: async ({ params: { id } }, { principal }) => ({
      status: 200,
      body: view(deps, await visibleImport(deps, principal, id)),
    }),
  });
}

function rows(deps: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/imports/{id}/rows',
    operationId: 'listImportedRows',
    summary: 'What became of each row, in the order of the file',
    tags,
    access: { roles: INSIDERS, project: byHandler },
    params,
    query: z.strictObject({ ...pageQuery, outcome: rowOutcome.optional() }),
    responses: { 200: { description: 'One page', schema: importRows } },
    problems: ['invalid-cursor'],
    handler: async ({ params: { id }, query: { limit, cursor, outcome } }, { principal, now }) => {
      await visibleImport(deps, principal, id);
      const body = await paged(
        deps,
        { cursor, list: ['import-rows', id, outcome ?? null], now },
        (from) => listImportRows(deps.database.db, { id, outcome, limit, cursor: from }),
        (row) => row,
      );
      return { status: 200, body };
    },
  });
}

function view({ clock }: ApiDeps, { seenAt, startedAt, endedAt, ...run }: ImportRun) {
  const isDead = run.state === 'running' && clock.now() - seenAt > DEAD_AFTER;
  return {
    ...run,
    state: isDead ? ('interrupted' as const) : run.state,
    format: run.format as 'csv' | 'xlsx',
    startedAt: isoOf(startedAt),
    endedAt: endedAt === null ? null : isoOf(endedAt),
  };
}

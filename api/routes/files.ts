import { z } from 'zod';
import { STAFF } from '../../domain/actor';
import { PHOTO_TYPES, type PhotoType } from '../../common/image';
import type { ApiDeps } from '../deps';
import { defineRoute, type Route } from '../http/route';
import { fileView, keepFile, openFile, visibleFile } from '../resources/files';
import { file } from '../schemas/files';
import { projectId, subjectId } from '../schemas/parts';

const tags = ['Files'];
const EXTENSIONS: Readonly<Record<PhotoType, string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
};
const away = ['file-store-away', 'database-unavailable'] as const;

/** Photos before and after: kept encrypted, without what a camera writes beside the picture. */
export function fileRoutes(deps: ApiDeps): Route[] {
  return [upload(deps), show(deps)];
}

function upload(deps: ApiDeps): Route {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/files',
    operationId: 'uploadFile',
    summary: 'Keeps a photo, to be named by a command',
    description:
      'The body is the photo itself. Its type is read from its bytes; position, names, previews and comments are taken out without making the picture anew, and which side is up is kept. HEIC is not taken.',
    tags,
    access: { roles: [...STAFF, 'resident'], project: { in: 'query', name: 'project' } },
    query: z.strictObject({ project: projectId }),
    upload: { types: PHOTO_TYPES, limit: deps.maxFileBytes },
    idempotent: true,
    responses: { 201: { description: 'It is kept', schema: file, headers: { Location: 'Where it is' } } },
    problems: ['not-found', 'not-a-photo', 'too-many-files', ...away],
    handler: async ({ query: { project }, bytes, idempotency }, { principal, now }) => {
      const kept = await keepFile(deps, { principal, now, idempotency }, project, bytes ?? Buffer.alloc(0));
      return { status: 201, headers: { Location: `/api/v1/files/${kept.id}` }, body: fileView(kept) };
    },
  });
}

function show(deps: ApiDeps): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/files/{id}',
    operationId: 'getFile',
    summary: 'A photo: one’s own, or of a case that one may see',
    tags,
    access: { roles: [...STAFF, 'quality', 'resident'], project: { byHandler: 'the project is known with the file' } },
    params: z.strictObject({ id: subjectId }),
    responses: { 200: { description: 'The photo', contentType: 'image/*' } },
    problems: ['not-found', 'engine-unavailable', 'case-unreadable', ...away],
    handler: async ({ params: { id } }, { principal }) => {
      const found = await visibleFile(deps, principal, id);
      const type = found.type as PhotoType;
      const headers = {
        'Content-Type': type,
        'Content-Disposition': `attachment; filename="${found.id}.${EXTENSIONS[type]}"`,
        'Content-Security-Policy': "sandbox; default-src 'none'",
      };
      return { status: 200, headers, bytes: await openFile(deps, found) };
    },
  });
}

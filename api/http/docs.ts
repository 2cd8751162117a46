import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { Response } from 'express';
import { z } from 'zod';

import { escaped } from './html';
import type { OpenApiDocument } from './openapi';
import { definitionOf, PROBLEM_CODE_LIST } from './problem-codes';
import { defineRoute, type Route } from './route';

const ACCESS = { public: true, why: 'the description of the API holds no data' } as const;
const TAGS = ['Documentation'] as const;

/** Swagger UI sets style attributes; scripts come from here only. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Guanjia API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/docs/swagger-ui.css"><link rel="icon" href="/docs/favicon-32x32.png"></head>
<body><div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body>
</html>
`;

const START = `SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
  layout: 'BaseLayout',
});
`;

const ASSETS = {
  'start.js': 'text/javascript; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'swagger-ui.css': 'text/css; charset=utf-8',
  'favicon-32x32.png': 'image/png',
} as const;

const DocsAsset = z.enum(['start.js', 'swagger-ui-bundle.js', 'swagger-ui.css', 'favicon-32x32.png']).meta({
  id: 'DocsAsset',
  description: 'A file of the browsable documentation',
});

const OpenApi = z.looseObject({ openapi: z.string() }).meta({ id: 'OpenApi', description: 'This document' });

/** `/openapi.json`, `/docs` with its files, and `/docs/problems`, where the `type` of every problem leads. */
export function documentationRoutes(document: () => OpenApiDocument): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/openapi.json',
      operationId: 'getOpenApi',
      summary: 'This API as OpenAPI 3.1',
      tags: TAGS,
      access: ACCESS,
      responses: { 200: { description: 'The document', schema: OpenApi } },
      problems: [],
      handler: () => ({ status: 200, body: document() }),
    }),
    defineRoute({
      method: 'GET',
      path: '/docs',
      operationId: 'browseApi',
      summary: 'This API to browse and try',
      tags: TAGS,
      access: ACCESS,
      responses: { 200: { description: 'A page', contentType: 'text/html' } },
      problems: [],
      raw: (_req, res) => sendPage(res, PAGE),
    }),
    defineRoute({
      method: 'GET',
      path: '/docs/problems',
      operationId: 'browseProblems',
      summary: 'Every refusal with its code and arguments',
      tags: TAGS,
      access: ACCESS,
      responses: { 200: { description: 'A page', contentType: 'text/html' } },
      problems: [],
      raw: (_req, res) => sendPage(res, problemsPage()),
    }),
    defineRoute({
      method: 'GET',
      path: '/docs/{asset}',
      operationId: 'getDocsAsset',
      summary: 'A file of the browsable documentation',
      tags: TAGS,
      access: ACCESS,
      params: z.strictObject({ asset: DocsAsset }),
      responses: { 200: { description: 'The file', contentType: 'application/octet-stream' } },
      problems: [],
      raw: async (_req, res, { params }) => {
        const content = params.asset === 'start.js' ? START : await readFile(join(swaggerFolder(), params.asset));
        res.setHeader('Content-Type', ASSETS[params.asset]);
        res.setHeader('Cache-Control', 'public, max-age=3600');
        res.end(content);
      },
    }),
  ];
}

/** The table of codes as Markdown: docs/problems.md is this text. */
export function problemsMarkdown(): string {
  const rows = PROBLEM_CODE_LIST.map((code) => {
    const { status, meaning, args } = definitionOf(code);
    const names = Object.entries(args).map(([name, holds]) => `\`${name}\` (${holds})`);
    return `| \`${code}\` | ${status} | ${meaning} | ${names.join(', ')} |`;
  });
  return ['| code | status | meaning | args |', '| --- | --- | --- | --- |', ...rows, ''].join('\n');
}

function problemsPage(): string {
  const rows = PROBLEM_CODE_LIST.map((code) => {
    const { status, title, meaning, args } = definitionOf(code);
    const names = Object.entries(args).map(([name, holds]) => `<br><code>${name}</code>: ${escaped(holds)}`);
    return `<dt id="${code}"><code>${code}</code> ${status} ${escaped(title)}</dt><dd>${escaped(meaning)}${names.join('')}</dd>`;
  });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Guanjia: refusals</title>
<style>body{font:16px/1.5 system-ui;max-width:60em;margin:2em auto;padding:0 1em}dt{font-weight:700;margin-top:1em}</style>
</head><body><h1>Refusals</h1><dl>${rows.join('\n')}</dl></body></html>
`;
}

function sendPage(res: Response, html: string): void {
  res.setHeader('Content-Type', 'text/html; charset=utf-8');
  res.setHeader('Content-Security-Policy', PAGE_POLICY);
  res.end(html);
}

/** Without loading the package, whose main file runs the whole browser bundle. */
const swaggerFolder = (): string => dirname(require.resolve('swagger-ui-dist/package.json'));

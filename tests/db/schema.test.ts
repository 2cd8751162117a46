import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import ts from 'typescript';
import { openTestDatabase, type OpenDatabase } from './open';

const FOLDER = resolve(__dirname, '../../db/schema');

interface Column {
  readonly type: string;
  readonly nullable: boolean;
  readonly generated: boolean;
}

/** What a TypeScript type may be in the database. */
const FITS: Record<string, readonly string[]> = {
  string: ['text', 'uuid', 'date', 'xid8'],
  number: ['int4', 'int8'],
  boolean: ['bool'],
  Date: ['timestamptz'],
  Json: ['jsonb'],
  list: ['_text'],
};

let database: OpenDatabase;
let live: Map<string, Map<string, Column>>;
beforeAll(async () => {
  database = await openTestDatabase();
  const { rows } = await sql<{ table: string; column: string; type: string; nullable: boolean; generated: boolean }>`
    select table_name as "table", column_name as "column", udt_name as type, is_nullable = 'YES' as nullable,
      column_default is not null as generated
    from information_schema.columns where table_schema = 'public' and table_name not like 'kysely%'`.execute(
    database.db,
  );
  live = new Map();
  for (const { table, column, ...rest } of rows) {
    live.set(table, (live.get(table) ?? new Map<string, Column>()).set(column, rest));
  }
});
afterAll(() => database.drop());

/** The declared tables: name and the type texts of their columns. */
function declared(): Map<string, Map<string, string>> {
  const tables = new Map<string, Map<string, string>>();
  for (const file of readdirSync(FOLDER).filter((name) => name !== 'index.ts' && name !== 'json.ts')) {
    const path = join(FOLDER, file);
    const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022, true);
    const name = /export const tableName = '(\w+)'/.exec(source.text)?.[1];
    const columns = new Map<string, string>();
    source.forEachChild((node) => {
      if (!ts.isInterfaceDeclaration(node)) return;
      for (const member of node.members) {
        if (ts.isPropertySignature(member)) columns.set(member.name.getText(), member.type?.getText() ?? '');
      }
    });
    if (!name) throw new Error(`${file} names no table`);
    tables.set(name, columns);
  }
  return tables;
}

function kindOf(type: string): string {
  const bare = type.replace(/ \| null$/, '').replace(/^Generated<(.*)>$/, '$1');
  if (bare.startsWith('Json<')) return 'Json';
  if (bare.endsWith('[]')) return 'list';
  return ['number', 'boolean', 'Date'].includes(bare) ? bare : 'string';
}

test('every table of the database is declared, and no other', () => {
  expect([...declared().keys()].sort()).toEqual([...live.keys()].sort());
});

test('every column is declared with its type, whether it may be null, and whether the database fills it in', () => {
  for (const [table, columns] of declared()) {
    const actual = live.get(table) ?? new Map<string, Column>();
    expect([table, ...[...columns.keys()].sort()]).toEqual([table, ...[...actual.keys()].sort()]);
    for (const [column, type] of columns) {
      const found = actual.get(column);
      const where = `${table}.${column}`;
      expect([where, found?.nullable]).toEqual([where, type.endsWith('| null')]);
      expect([where, found?.generated]).toEqual([where, type.startsWith('Generated<')]);
      expect([where, FITS[kindOf(type)]]).toEqual([where, expect.arrayContaining([found?.type])]);
    }
  }
});

test('the database never asks its own clock', async () => {
  const { rows } = await sql<{ column: string; fallback: string }>`
    select table_name || '.' || column_name as "column", column_default as fallback
    from information_schema.columns where table_schema = 'public' and column_default is not null`.execute(database.db);
  for (const { fallback } of rows)
    expect(fallback).not.toMatch(/now\(\)|current_(timestamp|date|time)|clock_timestamp/i);
  const sources = ['../../db', '../../activities'].map((folder) => resolve(__dirname, folder));
  for (const folder of sources) {
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    )) {
      const text = readFileSync(join(folder, file), 'utf8');
      expect([
        file,
        /\bnow\(\)(?<!(?:clock|performance)\.now\(\))|current_timestamp|Date\.now|new Date\(\)/.exec(text)?.[0],
      ]).toEqual([file, undefined]);
    }
  }
});

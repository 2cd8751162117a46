import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** What the sources of domain/ say: events, commands, refusals and notices with their arguments. Read, not run. */
export interface DomainSource {
  /** Field names by event type. */
  readonly events: ReadonlyMap<string, ReadonlySet<string>>;
  readonly commands: readonly string[];
  /** Argument names that every call gives, by refusal code. */
  readonly refusals: ReadonlyMap<string, ReadonlySet<string>>;
  /** Argument names that every notice gives, by template; null where they can't be told from the source. */
  readonly notices: ReadonlyMap<string, ReadonlySet<string> | null>;
  /** Keys `vocabulary.code` of stages, obligation kinds, reasons for cancelling and purposes of timers. */
  readonly codes: ReadonlySet<string>;
}

const DOMAIN = join(__dirname, '..', '..', 'domain');

export function readDomain(): DomainSource {
  const files = readdirSync(DOMAIN, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(DOMAIN, name));
  const program = ts.createProgram(files, { noLib: true, types: [], strict: true, target: ts.ScriptTarget.ES2022 });
  const checker = program.getTypeChecker();
  const sources = program.getSourceFiles().filter((source) => source.fileName.startsWith(DOMAIN));
  const refusals = new Map<string, ReadonlySet<string>>();
  const notices = new Map<string, ReadonlySet<string> | null>();
  const codes = new Set<string>();
  const keep = (vocabulary: string, node: ts.Expression | undefined): void => {
    for (const code of node ? textsOf(checker, node) : []) codes.add(`${vocabulary}.${code}`);
  };
  const walk = (node: ts.Node): void => {
    const called = ts.isCallExpression(node) ? node.expression.getText() : '';
    if (ts.isCallExpression(node) && called === 'enter') keep('stage', node.arguments[1]);
    if (ts.isCallExpression(node) && called === 'cancel') keep('end-reason', node.arguments[1]);
    if (ts.isCallExpression(node) && called === 'refuse') {
      const [code, args] = node.arguments;
      for (const name of code ? textsOf(checker, code) : []) keepCommon(refusals, name, keysOf(args));
    }
    if (ts.isObjectLiteralExpression(node)) {
      if (property(node, 'at')) keep('purpose', property(node, 'purpose'));
      if (property(node, 'rule')) keep('obligation', property(node, 'kind'));
      const template = property(node, 'template');
      const base = property(node, 'obligation') ? ['kind', 'dueAt'] : [];
      const args = keysOf(property(node, 'args'));
      for (const name of template ? textsOf(checker, template) : []) {
        if (args && notices.get(name) !== null) keepCommon(notices, name, new Set([...base, ...args]));
        else notices.set(name, null);
      }
    }
    ts.forEachChild(node, walk);
  };
  sources.forEach(walk);
  const events = membersOf(checker, sources, 'EventData');
  return { events, commands: [...membersOf(checker, sources, 'CommandData').keys()], refusals, notices, codes };
}

/** The members of an interface of event.ts, those merged in by other files among them, with the fields of each. */
function membersOf(checker: ts.TypeChecker, sources: readonly ts.SourceFile[], name: string) {
  const declaration = sources
    .find((source) => source.fileName.endsWith('/event.ts'))
    ?.statements.filter(ts.isInterfaceDeclaration)
    .find((candidate) => candidate.name.text === name);
  if (!declaration) throw new Error(`domain/event.ts has no interface ${name}`);
  const members = checker.getTypeAtLocation(declaration).getProperties();
  return new Map(
    members.map((member) => {
      const fields = checker.getTypeOfSymbolAtLocation(member, declaration).getProperties();
      return [member.getName(), new Set(fields.map((field) => field.getName()))] as const;
    }),
  );
}

/** The texts that an expression can stand for: a literal, or a constant that is one of several. */
function textsOf(checker: ts.TypeChecker, node: ts.Expression): string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isConditionalExpression(node))
    return [...textsOf(checker, node.whenTrue), ...textsOf(checker, node.whenFalse)];
  const type = checker.getTypeAtLocation(node);
  return (type.isUnion() ? type.types : [type]).flatMap((part) => (part.isStringLiteral() ? [part.value] : []));
}

function property(node: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
  for (const part of node.properties) {
    if (part.name?.getText() !== name) continue;
    if (ts.isPropertyAssignment(part)) return part.initializer;
    if (ts.isShorthandPropertyAssignment(part)) return part.name;
  }
  return undefined;
}

/** The keys of an object literal, none where there is no argument; null for anything else. */
function keysOf(node: ts.Expression | undefined): Set<string> | null {
  if (node === undefined) return new Set();
  if (!ts.isObjectLiteralExpression(node) || node.properties.some(ts.isSpreadAssignment)) return null;
  return new Set(node.properties.flatMap((part) => (part.name ? [part.name.getText()] : [])));
}

function keepCommon<V extends ReadonlySet<string> | null>(
  found: Map<string, V | ReadonlySet<string>>,
  name: string,
  keys: ReadonlySet<string> | null,
): void {
  const before = found.get(name);
  if (keys === null) return;
  found.set(name, before ? new Set([...keys].filter((key) => before.has(key))) : keys);
}

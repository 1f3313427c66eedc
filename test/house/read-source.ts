import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { type ESTree, parseSync, Visitor, type VisitorObject } from 'rolldown/utils';

/** A file of src, as far as the source rules need it. */
export interface Source {
  /** Below src, as in `store/lease.ts`. */
  path: string;
  /** Folder below src, or the file itself when it lies at the root. */
  room: string;
  lines: number;
  imports: Import[];
  /** Names that the code refers to, alone and with a property (`process`, `process.env`), and its `Construct`s. */
  uses: ReadonlySet<string>;
  /** Names of classes and interfaces. */
  declares: string[];
  /** For each function with a block body: its first line and its number of lines. */
  bodies: { line: number; lines: number }[];
  /** Comments, and literals that are not single words. */
  prose: string[];
}

export interface Import {
  /** As written. */
  from: string;
  /** The room that it leads to; null for a package. */
  room: string | null;
  /** The file that it leads to, below src; null for a package. */
  path: string | null;
  /** Erased at run time. */
  isType: boolean;
}

/** Syntax without an identifier, recorded under a name of ours. */
export type Construct =
  | 'any'
  | 'async'
  | 'await'
  | 'class that is no error'
  | 'default export'
  | 'enum'
  | 'parameter property';

const SRC = new URL('../../src', import.meta.url).pathname;

/** @param root another folder of sources; paths are relative to it */
export function readSources(root = SRC): Source[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
    .toSorted()
    .map((path) => readSource(path, readFileSync(join(root, path), 'utf8')));
}

/** Uses the parser that comes with vitest, because TypeScript 7's runs only in a process of its own. */
export function readSource(path: string, text: string): Source {
  const { program, comments, errors } = parseSync(path, text, { sourceType: 'module' });
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
  const found: Found = { imports: [], uses: new Set(), declares: [], bodies: [], prose: [] };
  const readers = [readImports(path, found), readUses(found), readBodies(text, found), readLiterals(found)];
  for (const reader of readers) new Visitor(reader).visit(program);
  const prose = [...comments.map(({ value }) => value.replace(/^\*|\n\s*\*/g, '\n')), ...found.prose];
  return {
    ...found,
    path,
    room: roomOf(path),
    lines: text.trimEnd().split('\n').length,
    prose: prose.map((words) => words.replace(/\s+/g, ' ').trim()).filter((words) => words.includes(' ')),
  };
}

type Found = Pick<Source, 'imports' | 'declares' | 'bodies' | 'prose'> & { uses: Set<string> };

function roomOf(path: string): string {
  return path.split('/')[0] ?? path;
}

/** `import … from`, `export … from`, a bare import, and `import(…)` of a value or of a type. */
function readImports(path: string, { imports }: Found): VisitorObject {
  const add = (source: ESTree.Expression | ESTree.StringLiteral | null, isType: boolean): void => {
    if (source?.type !== 'Literal' || typeof source.value !== 'string') return;
    const from = source.value;
    const target = from.startsWith('.') ? normalize(join(dirname(path), from)) : null;
    imports.push({ from, room: target && roomOf(target), path: target, isType });
  };
  return {
    ImportDeclaration: ({ source, importKind }) => add(source, importKind === 'type'),
    ExportNamedDeclaration: ({ source, exportKind }) => add(source, exportKind === 'type'),
    ExportAllDeclaration: ({ source, exportKind }) => add(source, exportKind === 'type'),
    ImportExpression: ({ source }) => add(source, false),
    TSImportType: ({ source }) => add(source, true),
  };
}

function readUses({ uses, declares }: Found): VisitorObject {
  const use = (construct: Construct) => uses.add(construct);
  /** Offsets of property names, which refer to no variable. */
  const labels = new Set<number>();
  const label = ({ key, computed }: { key: ESTree.Node; computed: boolean }) => {
    if (!computed) labels.add(key.start);
  };
  const readFunction = ({ async }: { async: boolean }) => async && use('async');
  const readClass = ({ id, superClass }: ESTree.Class) => {
    if (id) declares.push(id.name);
    const isError = superClass?.type === 'Identifier' && /Error$|^LeaseLost$/.test(superClass.name);
    if (!isError) use('class that is no error');
  };
  return {
    Identifier: ({ name, start }) => labels.has(start) || uses.add(name),
    MemberExpression({ object, property, computed }) {
      if (computed) return;
      labels.add(property.start);
      const of = object.type === 'MetaProperty' ? 'import.meta' : object.type === 'Identifier' && object.name;
      if (of && property.type === 'Identifier') uses.add(`${of}.${property.name}`);
    },
    Property(property) {
      // `{ a }` refers to `a`.
      if (!property.shorthand) label(property);
    },
    PropertyDefinition: label,
    MethodDefinition: label,
    TSPropertySignature: label,
    TSMethodSignature: label,
    FunctionDeclaration: readFunction,
    FunctionExpression: readFunction,
    ArrowFunctionExpression: readFunction,
    AwaitExpression: () => use('await'),
    ForOfStatement: ({ await: isAsync }) => isAsync && use('await'),
    ClassDeclaration: readClass,
    ClassExpression: readClass,
    TSInterfaceDeclaration: ({ id }) => declares.push(id.name),
    TSAnyKeyword: () => use('any'),
    TSEnumDeclaration: () => use('enum'),
    TSParameterProperty: () => use('parameter property'),
    ExportDefaultDeclaration: () => use('default export'),
    ExportSpecifier: ({ exported }) =>
      exported.type === 'Identifier' && exported.name === 'default' && use('default export'),
  };
}

function readBodies(text: string, { bodies }: Found): VisitorObject {
  const linesTo = (end: number, start = 0) => text.slice(start, end).split('\n').length;
  const read = ({ body }: { body: ESTree.Node | null }) => {
    if (body?.type !== 'BlockStatement') return;
    bodies.push({ line: linesTo(body.start), lines: linesTo(body.end, body.start) });
  };
  return { FunctionDeclaration: read, FunctionExpression: read, ArrowFunctionExpression: read };
}

function readLiterals({ prose }: Found): VisitorObject {
  return {
    Literal: ({ value }) => typeof value === 'string' && prose.push(value),
    TemplateLiteral: ({ quasis }) => prose.push(quasis.map(({ value }) => value.cooked ?? '').join('')),
  };
}

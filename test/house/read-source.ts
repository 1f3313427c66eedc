import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** A file of src, as far as the rules of the house need to know it. */
export interface Source {
  /** Below src, as in `store/lease.ts`. */
  path: string;
  /** Folder below src, or the file itself when it lies at the root. */
  room: string;
  lines: number;
  /** The text with comments and literals blanked, so that words in them do not count. */
  code: string;
  /** Comments, and literals that are not single words. */
  prose: string[];
  imports: Import[];
}

export interface Import {
  /** As written. */
  from: string;
  /** The room that it leads to; null for a package. */
  room: string | null;
  /** The file that it leads to, below src; null for a package. */
  path: string | null;
  /** `import type`: gone at run time. */
  isType: boolean;
}

const ROOT = new URL('../../src', import.meta.url).pathname;

export function readSources(): Source[] {
  return readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
    .toSorted()
    .map((path) => readSource(path, readFileSync(join(ROOT, path), 'utf8')));
}

export function readSource(path: string, text: string): Source {
  const withoutComments = text.replace(COMMENT_OR_LITERAL, (found) => (/^\/[/*]/.test(found) ? ' ' : found));
  return {
    path,
    room: roomOf(path),
    lines: text.trimEnd().split('\n').length,
    code: text.replace(COMMENT_OR_LITERAL, blank),
    prose: [...text.matchAll(COMMENT_OR_LITERAL)]
      .map(([found]) => wordsOf(found))
      .filter((one) => one.includes(' ')),
    imports: [...withoutComments.matchAll(IMPORT)].map((found) => toImport(path, found)),
  };
}

/** Comments, strings, templates, and patterns (a slash where no value can have ended). */
const COMMENT_OR_LITERAL =
  /\/\/.*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|(?<=[(,=:[!&|?{};]\s*)\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])*\/[a-z]*/g;

/** On one line, without marks of comments and without the holes of templates. */
function wordsOf(found: string): string {
  return found
    .replace(/\$\{[^{}]*\}/g, '')
    .replace(/^\/\*+|\*\/$|^\/\/|^['"`]|['"`]$/g, '')
    .replace(/\n\s*\*?/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Templates keep their holes: what stands in them is code. */
function blank(found: string): string {
  const lineEnds = found.replace(/[^\n]/g, '');
  if (/^\/[/*]/.test(found)) return ` ${lineEnds}`;
  const holes = found.startsWith('`') ? [...found.matchAll(/\$(\{[^{}]*\})/g)].map(([, hole]) => hole) : [];
  return `''${holes.join('')}${lineEnds}`;
}

/** `import … from`, `export … from`, a bare import, and `import(…)` of a value or of a type. */
const IMPORT =
  /^\s*(?:import|export)\s+(type\s)?[^;'"]*?\bfrom\s+['"]([^'"]+)['"]|^\s*import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm;

function toImport(path: string, [, type, named, bare, dynamic]: RegExpMatchArray): Import {
  const from = named ?? bare ?? dynamic ?? '';
  const target = from.startsWith('.') ? normalize(join(dirname(path), from)) : null;
  return { from, room: target && roomOf(target), path: target, isType: type !== undefined };
}

function roomOf(path: string): string {
  return path.split('/')[0] ?? path;
}

/** The bodies in braces of everything that is called: where each begins, and over how many lines it goes. */
export function bodies(code: string): { line: number; lines: number }[] {
  const open: { line: number; isBody: boolean }[] = [];
  const found: { line: number; lines: number }[] = [];
  let line = 1;
  for (const [index, character] of [...code].entries()) {
    if (character === '\n') line += 1;
    if (character === '{')
      open.push({ line, isBody: OPENS_BODY.test(code.slice(Math.max(0, index - 120), index)) });
    if (character !== '}') continue;
    const closed = open.pop();
    if (closed?.isBody) found.push({ line: closed.line, lines: line - closed.line + 1 });
  }
  return found;
}

const OPENS_BODY = /(=>|\)(\s*:[^;{}]*)?)\s*$/;

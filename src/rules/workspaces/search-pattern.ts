import { RE2JS } from 're2js';

/**
 * Converts a regular expression so that ripgrep and `grep -P` read it alike: a `{` that is not a quantifier
 * is literal, `\<` and `\>` are word boundaries. Syntax that only one of them supports is rejected, so that a
 * search has the same result on every machine.
 */
export function readSearchPattern(
  text: string,
): { pattern: string; problem?: undefined } | { problem: string } {
  const pattern = text.replaceAll(PIECE, (piece, counted?: string, opening?: string, edge?: string) => {
    if (opening !== undefined) return '\\{';
    return edge === undefined ? (counted ?? piece) : '\\b';
  });
  try {
    RE2JS.compile(pattern);
    return { pattern };
  } catch (thrown) {
    return { problem: explained((thrown as Error).message) };
  }
}

/** Escapes with a brace, quantifiers, other braces, word boundaries, and other escapes. */
const PIECE = /\\[pPxuQ]\{[^{}]*\}|(\{\d+(?:,\d*)?\})|(\{)|\\([<>])|\\[\s\S]/g;

function explained(message: string): string {
  const [, reason = message, part] = /^error parsing regexp: ([^`]*?)(?:: `([\s\S]*)`)?$/.exec(message) ?? [];
  if (/^(?:invalid (?:or unsupported Perl syntax|escape sequence|named capture))/.test(reason)) {
    return `${part ?? reason} is not supported: look-around and backreferences are unavailable, and escapes must be valid in RE2`;
  }
  return reason === 'missing closing )' ? 'unclosed group: missing closing )' : reason;
}

/**
 * Converts a glob to a regular expression over paths relative to the working directory, with the meaning it
 * has for ripgrep and .gitignore: without a slash it matches names, `*` does not cross folders, `**` does.
 */
export function globPattern(glob: string): string {
  const body = glob.replace(/^\//, '').replaceAll(GLOB_PIECE, translated);
  const anywhere = glob.replace(/\/$/, '').includes('/') ? '' : '(?:.*/)?';
  return `^(?:\\./)?${anywhere}${body}$`;
}

const GLOB_PIECE = /\*\*\/|\/\*\*$|\*+|\?|\[!?\]?[^\]]*\]|\{|\}|,|\\[\s\S]|[.+^$()|[\]\\]/g;

function translated(piece: string, at: number, glob: string): string {
  if (piece === '**/') return '(?:.*/)?';
  if (piece === '/**') return '/.*';
  if (piece.startsWith('*')) return '[^/]*';
  if (piece === '?') return '[^/]';
  if (piece.length > 2 && piece.startsWith('[')) return piece.replace('[!', '[^').replaceAll('\\', '\\\\');
  if (piece === '{') return '(?:';
  if (piece === '}') return ')';
  if (piece === ',') return isInBraces(glob, at) ? '|' : ',';
  return piece.startsWith('\\') && piece.length > 1 ? piece : `\\${piece}`;
}

function isInBraces(glob: string, at: number): boolean {
  const before = glob.slice(0, at);
  return before.split('{').length > before.split('}').length;
}

/** The kind of a path on one side of a comparison: nothing, a file, an executable, or a link. */
export type PathKind = '-' | 'f' | 'x' | 'l';

/** A path that differs. */
export interface ChangedPath {
  path: string;
  before: PathKind;
  after: PathKind;
  /**
   * In the format of `diff -uN`, with a link as a file that contains its target; empty when only the kind
   * differs.
   */
  body: string;
}

const MODES: Record<Exclude<PathKind, '-'>, string> = { f: '100644', x: '100755', l: '120000' };

/**
 * Converts changes to one patch for `git apply` and `patch`: in the format of diff where that suffices, with
 * git's own lines as soon as a mode, a link or an empty file is involved. Binary files are only named, before
 * the rest.
 */
export function patchText(changes: readonly ChangedPath[]): string {
  const isBinary = ({ body }: ChangedPath) => body.startsWith('Binary files ');
  const [named, others] = [changes.filter(isBinary), changes.filter((change) => !isBinary(change))];
  const bodies = named.map(({ body }) => body);
  return [...bodies, ...others.map(others.every(isPlain) ? ({ body }) => body : gitText)].join('');
}

function isPlain({ before, after, body }: ChangedPath): boolean {
  if (body === '' || before === 'l' || after === 'l') return false;
  return before === after || [before, after].every((kind) => kind === '-' || kind === 'f');
}

function gitText({ path, before, after, body }: ChangedPath): string {
  const [a, b] = [quoted(`a/${path}`), quoted(`b/${path}`)];
  const [from, to] = [before === '-' ? '/dev/null' : a, after === '-' ? '/dev/null' : b];
  const hunks = body === '' ? '' : `--- ${from}\n+++ ${to}\n${body.slice(body.indexOf('@@'))}`;
  return `diff --git ${a} ${b}\n${modeLines(before, after)}${hunks}`;
}

function modeLines(before: PathKind, after: PathKind): string {
  if (before === '-') return after === '-' ? '' : `new file mode ${MODES[after]}\n`;
  if (after === '-') return `deleted file mode ${MODES[before]}\n`;
  return before === after ? '' : `old mode ${MODES[before]}\nnew mode ${MODES[after]}\n`;
}

/** Quotes names as git does: with `\n` and the like, and octal numbers, if they contain such characters. */
function quoted(path: string): string {
  if (!/["\\\p{Cc}]/u.test(path)) return path;
  const inner = path.replaceAll(/["\\\p{Cc}]/gu, (sign) => ESCAPES[sign] ?? octal(sign));
  return `"${inner}"`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\t': '\\t',
  '\r': '\\r',
};

function octal(sign: string): string {
  return [...new TextEncoder().encode(sign)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}

import { z } from 'zod';
import { defineTool, path, runScript, scriptFailure, success } from './tool.ts';

const MAX_ENTRIES = 1_000;

const input = z.strictObject({
  path: path
    .optional()
    .describe(
      'The folder to list, relative to the working directory or absolute; default: the working directory.',
    ),
  depth: z
    .number()
    .int()
    .min(1)
    .max(20)
    .optional()
    .describe('How many levels of folders to list; default 2.'),
});

/** A path that begins with a dash would be taken for an option of find. */
const LIST = `
case $1 in /*) folder=$1 ;; *) folder=./$1 ;; esac
[ -d "$folder" ] || { echo "there is no folder $1" >&2; exit 1; }
find "$folder/" -mindepth 1 -maxdepth "$2" -printf '%P\\t%y\\t%s\\0' \\( -name .git -o -name node_modules \\) -prune |
  sort -z | head -z -n "$3"`;

export const listFiles = defineTool(
  'list_files',
  `Lists files and folders, one per line, with paths relative to the listed folder: folders end in /, files are followed by their size. Returns at most ${MAX_ENTRIES} entries. The contents of .git and node_modules are omitted unless you list those folders themselves.`,
  input,
  async (context, { path: folder = '.', depth = 2 }) => {
    const args = [folder, String(depth), String(MAX_ENTRIES + 1)];
    const result = await runScript(context, LIST, args, { maxOutputBytes: 2 ** 20, isReading: true });
    if (result.exitCode !== 0) return scriptFailure(result);
    const entries = result.stdout.split('\0').filter(Boolean);
    if (entries.length === 0) return success('(no files)');
    const lines = entries.slice(0, MAX_ENTRIES).map(describe);
    if (entries.length > MAX_ENTRIES)
      lines.push(`[more than ${MAX_ENTRIES} entries; list a subfolder or reduce depth]`);
    return success(lines.join('\n'));
  },
);

function describe(entry: string): string {
  const [, name = '', type, size] = /^([\s\S]*)\t(.)\t(\d+)$/.exec(entry) ?? [];
  // Names may contain line breaks and control characters.
  const shown = /\p{Cc}/u.test(name) ? JSON.stringify(name) : name;
  if (type === 'd') return `${shown}/`;
  return type === 'f' ? `${shown} (${size} bytes)` : `${shown} (${OTHER_TYPES[type!] ?? 'special file'})`;
}

const OTHER_TYPES: Record<string, string> = { l: 'link', p: 'pipe', s: 'socket' };

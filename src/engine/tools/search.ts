import { z } from 'zod';
import { argument, defineTool, path, runScript, scriptFailure, success } from './tool.ts';

const MAX_LINES = 200;
const MAX_COLUMNS = 400;

const input = z.strictObject({
  pattern: argument(1_000).describe('An extended regular expression, matched line by line.'),
  path: path.optional().describe('A file or a folder; the working directory when absent.'),
  glob: argument(200).optional().describe('Only in files with names such as *.ts.'),
  ignore_case: z.boolean().optional(),
});

/** ripgrep where there is one: it also leaves out what .gitignore says. */
const SEARCH = `
pattern=$1 where=$2 glob=$3 ignore=$4 columns=$5 lines=$6
[ -e "$where" ] || { echo "there is no $where" >&2; exit 2; }
if command -v rg >/dev/null; then
  set -- rg --no-config --no-heading --with-filename --line-number --color=never --hidden --sort=path
  [ -z "$glob" ] || set -- "$@" --glob "$glob"
  set -- "$@" --glob '!.git' --glob '!node_modules'
else
  set -- grep -rHnIE --exclude-dir=.git --exclude-dir=node_modules
  [ -z "$glob" ] || set -- "$@" --include="$glob"
fi
[ -z "$ignore" ] || set -- "$@" -i
"$@" -e "$pattern" -- "$where" | cut -c "1-$columns" | head -n "$lines"
exit "\${PIPESTATUS[0]}"`;

const NOTHING_FOUND = 1;

export const search = defineTool(
  'search',
  `Finds lines of text files by a regular expression, up to ${MAX_LINES} of them. Binary files, .git and node_modules are left out.`,
  input,
  async (context, { pattern, path: where = '.', glob = '', ignore_case = false }) => {
    const limits = [String(MAX_COLUMNS), String(MAX_LINES + 1)];
    const args = [pattern, where, glob, ignore_case ? 'yes' : '', ...limits];
    const result = await runScript(context, SEARCH, args, { maxOutputBytes: 2 ** 19, isReading: true });
    const lines = result.stdout.trimEnd().split('\n').filter(Boolean);
    if (lines.length === 0) {
      return result.exitCode === NOTHING_FOUND ? success('(nothing found)') : scriptFailure(result);
    }
    const more = lines.length > MAX_LINES ? [`[more than ${MAX_LINES}; narrow the search]`] : [];
    return success([...lines.slice(0, MAX_LINES), ...more].join('\n'));
  },
);

import { z } from 'zod';
import { globPattern, readSearchPattern } from '../../../rules/workspaces/search-pattern.ts';
import { argument, defineTool, failure, path, runScript, scriptFailure, success, type Tool } from './tool.ts';

const MAX_LINES = 200;
const MAX_COLUMNS = 400;

const input = z.strictObject({
  pattern: argument(1_000).describe(
    'A regular expression such as `function \\w+\\(` or `(foo|bar)`, matched line by line. Escape .*+?()[]{}|^$\\ to match them literally. Look-around and backreferences are not supported.',
  ),
  path: path
    .optional()
    .describe(
      'The file or folder to search, relative to the working directory or absolute; default: the whole working directory.',
    ),
  glob: argument(200)
    .optional()
    .describe(
      'Search only files whose path matches, such as `*.ts`, `*.{js,ts}` or `src/**/*.py`; relative to the working directory. Prefix it with `!` to exclude matching files instead.',
    ),
  ignore_case: z.boolean().optional().describe('Ignore case; default false.'),
});

/**
 * Uses ripgrep if installed, otherwise grep with equivalent patterns, globs and files: .gitignore is not
 * applied, hidden files are searched, links are not followed.
 */
const SEARCH = `
pattern=$1 where=$2 glob=$3 ignore=$4 columns=$5 lines=$6 names=$7
[ -e "$where" ] || { echo "there is no $where" >&2; exit 2; }
[ -r "$where" ] || { echo "$where cannot be read" >&2; exit 2; }
if command -v rg >/dev/null; then
  find_lines() {
    rg --no-config --no-ignore --no-messages --no-heading --with-filename --line-number --color=never --hidden \\
      --sort=path \${glob:+--glob "$glob"} --glob '!.git' --glob '!node_modules' \${ignore:+-i} -e "$pattern" -- "$where"
  }
else
  export LC_ALL=C.UTF-8
  grep -P -e "$pattern" </dev/null; [ "$?" -le 1 ] || exit 2
  case $where in -*) where=./$where ;; esac
  find_files() {
    if [ -f "$where" ]; then printf '%s\\0' "$where"
    else
      find -H "$where" -mindepth 1 \\( -name .git -o -name node_modules \\) -prune -o -type f -print0 2>/dev/null |
        LC_ALL=C sort -z | { if [ -n "$glob" ]; then grep -zP \${inverted:+-v} -e "$names"; else cat; fi; }
    fi
  }
  case $glob in !*) inverted=yes ;; *) inverted= ;; esac
  find_lines() {
    find_files | xargs -0 -r grep -HnIsP \${ignore:+-i} -e "(*UCP)$pattern" --
  }
fi
find_lines | cut -c "1-$columns" | head -n "$lines"
exit 0`;

/** @param before shell code executed before the search; a test hides ripgrep with it */
export function defineSearch(before = ''): Tool {
  return defineTool(
    'search',
    `Finds lines of text files that match a regular expression. Returns at most ${MAX_LINES} lines as path:line:text, each cut to ${MAX_COLUMNS} characters. Binary files, .git and node_modules are omitted.`,
    input,
    async (context, { pattern: asked, path: where = '.', glob = '', ignore_case = false }) => {
      const read = readSearchPattern(asked);
      if (read.problem !== undefined) return failure(`pattern: ${read.problem}`);
      const limits = [String(MAX_COLUMNS), String(MAX_LINES + 1)];
      const names = globPattern(glob.replace(/^!/, ''));
      const args = [read.pattern, where, glob, ignore_case ? 'yes' : '', ...limits, names];
      const options = { maxOutputBytes: 2 ** 19, isReading: true };
      const result = await runScript(context, `${before}${SEARCH}`, args, options);
      const lines = result.stdout.trimEnd().split('\n').filter(Boolean);
      if (lines.length === 0) {
        const isDone = result.exitCode === 0 && result.stderr.trim() === '';
        return isDone ? success('(no matches)') : scriptFailure(result);
      }
      const more = lines.length > MAX_LINES ? [`[more than ${MAX_LINES} lines; narrow the search]`] : [];
      return success([...lines.slice(0, MAX_LINES), ...more].join('\n'));
    },
  );
}

export const search = defineSearch();

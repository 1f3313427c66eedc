import { z } from 'zod';
import { defineTool, failure, path, runScript, scriptFailure, success } from './tool.ts';

const DEFAULT_LINES = 2_000;
const MAX_BYTES = 65_536;

const input = z.strictObject({
  path,
  offset: z
    .number()
    .int()
    .min(1)
    .max(1e9)
    .optional()
    .describe('The first line to read, counted from 1; default 1.'),
  limit: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .describe(`Maximum number of lines to read; default ${DEFAULT_LINES}.`),
});

/** Other files, such as devices and pipes, may have no end. */
export const REQUIRE_FILE = `
file=$1
[ -e "$file" ] || { echo "there is no file $file" >&2; exit 1; }
[ -f "$file" ] || { echo "$file is not a regular file" >&2; exit 1; }
`;

/** Its first line is the number of all lines, including a last one without a line end. */
const READ = `${REQUIRE_FILE}
grep -c '' <"$file"
tail -n "+$2" <"$file" | head -n "$3" | head -c "$4"`;

export const readFile = defineTool(
  'read_file',
  `Reads a text file, up to ${DEFAULT_LINES} lines or 64 KiB at a time. If lines remain, a note at the end gives the offset to continue with.`,
  input,
  async (context, { path: file, offset = 1, limit = DEFAULT_LINES }) => {
    const args = [file, String(offset), String(limit), String(MAX_BYTES)];
    const result = await runScript(context, READ, args, { maxOutputBytes: 2 * MAX_BYTES, isReading: true });
    if (result.exitCode !== 0 || result.stdout === '') return scriptFailure(result);
    const lineEnd = result.stdout.indexOf('\n');
    const total = Number(result.stdout.slice(0, lineEnd));
    const text = result.stdout.slice(lineEnd + 1);
    if (text.includes('\0')) return failure(`${file} is not a text file`);
    return success(text + remark(text, offset, total));
  },
);

/** The note on where to continue, or why there is nothing to read. */
function remark(text: string, offset: number, total: number): string {
  if (total === 0) return '[the file is empty]';
  if (offset > total) return `[the file has only ${total} lines]`;
  const lines = text.split('\n').length - 1;
  const isCut = Buffer.byteLength(text) >= MAX_BYTES && !text.endsWith('\n');
  if (isCut && lines === 0) return `\n[line ${offset} of ${total} is cut: it is longer than 64 KiB]`;
  const next = offset + lines;
  return next <= total && (isCut || text.endsWith('\n'))
    ? `\n[${isCut ? 'cut; ' : ''}the file has ${total} lines; continue with offset ${next}]`
    : '';
}

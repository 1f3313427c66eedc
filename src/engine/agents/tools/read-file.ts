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
    .describe('The first line to read, counted from 1; 1 when absent.'),
  limit: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .describe(`How many lines to read; ${DEFAULT_LINES} when absent.`),
});

/** Of anything but a regular file, a device or a pipe say, there is no end. */
export const REQUIRE_FILE = `
file=$1
[ -e "$file" ] || { echo "there is no file $file" >&2; exit 1; }
[ -f "$file" ] || { echo "$file is not a regular file" >&2; exit 1; }
`;

/** Its first line counts all lines, a last one without its line end included. */
const READ = `${REQUIRE_FILE}
grep -c '' <"$file"
tail -n "+$2" <"$file" | head -n "$3" | head -c "$4"`;

export const readFile = defineTool(
  'read_file',
  `Reads a text file, up to ${DEFAULT_LINES} lines or 64 KiB at a time.`,
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

/** Where to read on, or why there is nothing. */
function remark(text: string, offset: number, total: number): string {
  if (total === 0) return '[the file is empty]';
  if (offset > total) return `[the file has only ${total} lines]`;
  const lines = text.split('\n').length - 1;
  const isCut = Buffer.byteLength(text) >= MAX_BYTES && !text.endsWith('\n');
  if (isCut && lines === 0) return `\n[line ${offset} of ${total} goes on: it is longer than 64 KiB]`;
  const next = offset + lines;
  return next <= total && (isCut || text.endsWith('\n'))
    ? `\n[${isCut ? 'cut; ' : ''}the file has ${total} lines: read on with offset ${next}]`
    : '';
}

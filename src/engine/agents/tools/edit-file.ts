import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type Edited, editText } from '../../../rules/workspaces/edit-text.ts';
import type { Place } from '../../../rules/workspaces/nearest-place.ts';
import { REQUIRE_FILE } from './read-file.ts';
import {
  defineTool,
  failure,
  path,
  runScript,
  scriptFailure,
  success,
  type ToolContext,
  type ToolResult,
} from './tool.ts';
import { content, replaceFile } from './write-file.ts';

const MAX_BYTES = 2 ** 20;

const input = z.strictObject({
  path,
  old_text: content()
    .min(1, 'must not be empty; use write_file to create a file')
    .describe(
      'The text to replace, exactly as it is in the file, including indentation and line breaks. It must occur exactly once, unless replace_all is set. Include enough surrounding lines to make it unique.',
    ),
  new_text: content().describe('The replacement. An empty string deletes old_text.'),
  replace_all: z.boolean().optional().describe('Replace every occurrence; default false.'),
});

export const editFile = defineTool(
  'edit_file',
  'Replaces an exact piece of text in a text file of at most 1 MiB. Line endings of the file are kept. Read the file first, so that old_text matches it.',
  input,
  async (context, { path: file, old_text, new_text, replace_all = false }) => {
    const read = await readWhole(context, file);
    if ('isError' in read) return read;
    const edited = editText(read.text, { oldText: old_text, newText: new_text, all: replace_all });
    if (!('text' in edited)) return failure(whyNot(file, edited));
    const written = await replaceFile(context, file, edited.text, read.checksum);
    if (written.exitCode !== 0) return scriptFailure(written);
    return success(`edited ${file}: ${edited.count === 1 ? '1 place' : `${edited.count} places`}`);
  },
);

interface Whole {
  text: string;
  /** In the format of sha256sum. */
  checksum: string;
}

const READ = `${REQUIRE_FILE}
size=$(stat -Lc %s -- "$file")
[ "$size" -le "$2" ] || { echo "$file has $size bytes, and at most $2 can be edited" >&2; exit 1; }
sha256sum <"$file" && cat <"$file"`;

async function readWhole(context: ToolContext, file: string): Promise<Whole | ToolResult> {
  const result = await runScript(context, READ, [file, String(MAX_BYTES)], {
    maxOutputBytes: 3 * MAX_BYTES,
    isReading: true,
  });
  if (result.exitCode !== 0) return scriptFailure(result);
  const lineEnd = result.stdout.indexOf('\n');
  const checksum = result.stdout.slice(0, lineEnd);
  const text = result.stdout.slice(lineEnd + 1);
  // Invalid UTF-8 was lost in reading, so writing the file would damage it.
  const isWhole = `${createHash('sha256').update(text).digest('hex')}  -` === checksum;
  return isWhole ? { text, checksum } : failure(`${file} is not UTF-8 text, or changed while it was read`);
}

const MAX_LINES = 10;
const MAX_COLUMNS = 300;

function whyNot(file: string, { lines, nearest }: Exclude<Edited, { text: string }>): string {
  if (lines) {
    const shown = lines.slice(0, MAX_LINES).join(', ');
    return `old_text occurs ${lines.length} times in ${file}, at lines ${shown}. Include surrounding lines to identify one of them, or set replace_all.`;
  }
  const missing = `old_text does not occur in ${file}.`;
  return nearest
    ? `${missing} ${describe(nearest)}`
    : `${missing} Nothing in the file is similar; read it again.`;
}

function describe({ line, lines, isSpaceOnly }: Place): string {
  const shown = lines.slice(0, MAX_LINES).map((text) => text.slice(0, MAX_COLUMNS));
  const more = lines.length > MAX_LINES ? '\n…' : '';
  const difference = isSpaceOnly ? ' and differs only in whitespace' : '';
  return `The most similar text begins at line ${line}${difference}. old_text must match exactly; the file has:\n${shown.join('\n')}${more}`;
}

import { createHash } from 'node:crypto';
import { z } from 'zod';
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
    .min(1, 'must not be empty; write_file makes new files')
    .describe(
      'What is to be replaced, exactly as it stands in the file, white space included. It must occur once.',
    ),
  new_text: content().describe('What is to stand there instead.'),
  replace_all: z.boolean().optional().describe('Replace every occurrence, so that there may be many.'),
});

export const editFile = defineTool(
  'edit_file',
  'Replaces a piece of a text file in the working directory by another.',
  input,
  async (context, { path: file, old_text, new_text, replace_all = false }) => {
    const read = await readWhole(context, file);
    if ('isError' in read) return read;
    const pieces = read.text.split(old_text);
    const problem = wrongCount(file, read.text, pieces, replace_all);
    if (problem) return failure(problem);
    const written = await replaceFile(context, file, pieces.join(new_text), read.checksum);
    if (written.exitCode !== 0) return scriptFailure(written);
    const count = pieces.length - 1;
    return success(`edited ${file}: ${count === 1 ? '1 place' : `${count} places`}`);
  },
);

interface Whole {
  text: string;
  /** As sha256sum prints it. */
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
  // Bytes that are no UTF-8 were lost in reading, and would be lost in the file with the edit.
  const isWhole = `${createHash('sha256').update(text).digest('hex')}  -` === checksum;
  return isWhole
    ? { text, checksum }
    : failure(`${file} is not UTF-8 text, or was written to while it was read`);
}

const LINES_TOLD = 10;

function wrongCount(file: string, text: string, pieces: readonly string[], all: boolean): string | null {
  const count = pieces.length - 1;
  if (count === 0) {
    return `old_text does not occur in ${file}. It must match exactly, white space and line ends included; read the file again.`;
  }
  if (count === 1 || all) return null;
  const lines = linesOf(text, pieces).slice(0, LINES_TOLD).join(', ');
  return `old_text occurs ${count} times in ${file}, at lines ${lines}. Add lines around it to name one, or set replace_all.`;
}

/** In which lines the text between the pieces begins. */
function linesOf(text: string, pieces: readonly string[]): number[] {
  const between = (text.length - pieces.join('').length) / (pieces.length - 1);
  let offset = 0;
  let line = 1;
  return pieces.slice(0, -1).map((piece) => {
    line += countLineEnds(text, offset, offset + piece.length);
    const found = line;
    line += countLineEnds(text, offset + piece.length, offset + piece.length + between);
    offset += piece.length + between;
    return found;
  });
}

function countLineEnds(text: string, from: number, to: number): number {
  return text.slice(from, to).split('\n').length - 1;
}

import { z } from 'zod';
import { isStorable } from '../../../rules/text/text.ts';
import type { CommandResult } from '../../sandbox/command.ts';
import { defineTool, path, runScript, scriptFailure, success, type ToolContext } from './tool.ts';

const MAX_CHARACTERS = 2_000_000;

/** Text that is written to a file. */
export function content() {
  return z
    .string()
    .max(MAX_CHARACTERS)
    .refine(isStorable, 'must not contain U+0000 or an unpaired surrogate');
}

const input = z.strictObject({ path, content: content().describe('The complete content of the file.') });

export const writeFile = defineTool(
  'write_file',
  'Writes a complete text file in the working directory; creates missing folders and replaces an existing file. To change part of a file, use edit_file instead.',
  input,
  async (context, { path: file, content }) => {
    const result = await replaceFile(context, file, content, ANY);
    if (result.exitCode !== 0) return scriptFailure(result);
    return success(`${result.stdout.trim()} ${file} (${Buffer.byteLength(content)} bytes)`);
  },
);

/** No condition on the current content of the file. */
const ANY = '';

/**
 * The new file replaces the old one by a rename, so that no reader ever sees half of it. The lock serializes
 * edits of the same file: nothing can happen between the check that it is unchanged and the rename.
 */
const WRITE = `
here=$(pwd -P)
target=$(realpath -m -- "$1")
case $target in
  "$here"/*) ;;
  *) echo "$1 is outside of the working directory $here" >&2; exit 1 ;;
esac
if [ -e "$target" ]; then
  [ -f "$target" ] || { echo "$1 is not a regular file" >&2; exit 1; }
  done=replaced
else
  done=created
fi
folder=$(dirname -- "$target")
mkdir -p -- "$folder" && draft=$(mktemp -- "$folder/.draft.XXXXXXXX") || exit 1
trap 'rm -f -- "$draft"' EXIT
cat >"$draft" || exit 1
[ "$(stat -c %s -- "$draft")" = "$2" ] || { echo 'it could not be written whole' >&2; exit 1; }
if [ "$done" = replaced ]; then chmod --reference="$target" -- "$draft"; else chmod 644 -- "$draft"; fi
exec 9<. && flock -w 20 9 || { echo 'another command holds the lock on the working directory' >&2; exit 1; }
[ -z "$3" ] || [ "$(sha256sum <"$target")" = "$3" ] || { echo "$1 was changed by another command meanwhile; read it again" >&2; exit 1; }
mv -fT -- "$draft" "$target" && echo "$done"`;

/** @param expected sha256sum of the file to replace; if it differs, nothing is written */
export function replaceFile(
  context: ToolContext,
  file: string,
  content: string,
  expected: string,
): Promise<CommandResult> {
  const size = String(Buffer.byteLength(content));
  return runScript(context, WRITE, [file, size, expected], { stdin: content });
}

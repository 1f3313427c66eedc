import { z } from 'zod';
import { isStorable } from '../../../rules/text/text.ts';
import type { CommandResult } from '../../sandbox/command.ts';
import { defineTool, path, runScript, scriptFailure, success, type ToolContext } from './tool.ts';

const MAX_CHARACTERS = 2_000_000;

/** Text that becomes part of a file. */
export function content() {
  return z
    .string()
    .max(MAX_CHARACTERS)
    .refine(isStorable, 'must not contain U+0000 or half of a surrogate pair');
}

const input = z.strictObject({ path, content: content() });

export const writeFile = defineTool(
  'write_file',
  'Writes a complete text file in the working directory and creates missing folders. An existing file is replaced. Use edit_file for small changes.',
  input,
  async (context, { path: file, content }) => {
    const result = await replaceFile(context, file, content, ANY);
    if (result.exitCode !== 0) return scriptFailure(result);
    return success(`${result.stdout.trim()} ${file} (${Buffer.byteLength(content)} bytes)`);
  },
);

/** No condition on what the file holds. */
const ANY = '';

/**
 * A rename puts the new file in the place of the old, so that nobody ever reads a half of it. The lock is for edits
 * of the same file at the same time: nothing comes between looking whether it is as it was read, and the rename.
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

/** @param expected what sha256sum says of the file that is to be replaced; else nothing is written. */
export function replaceFile(
  context: ToolContext,
  file: string,
  content: string,
  expected: string,
): Promise<CommandResult> {
  const size = String(Buffer.byteLength(content));
  return runScript(context, WRITE, [file, size, expected], { stdin: content });
}

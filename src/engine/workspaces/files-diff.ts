import type { ComparableFiles } from '../../rules/workspaces/files.ts';
import { type ChangedPath, type PathKind, patchText } from '../../rules/workspaces/patch-text.ts';

/** Files and links with their sizes. */
export const LIST = `
find . \\( -name .git -o -name node_modules \\) -prune -o \\( -type f -o -type l \\) -printf '%s\\t%P\\0' 2>/dev/null |
  head -z -n "$1"`;

/** Files that vanish or are unreadable do not make the archive fail. */
const TAR = 'tar --create --null --verbatim-files-from --files-from=- --no-recursion 2>/dev/null';
export const ARCHIVE = `${TAR} | gzip -c | base64 -w 0`;

/**
 * Drops the paths that are omitted now, and compares the rest before and after, path by path. A link is
 * represented by a file with its target as content, marked by the sticky bit. Each path that differs is
 * printed as its kind before, its kind after, its name and the output of diff, each followed by a NUL; when
 * the space is used up, only its name is printed.
 */
export const FILES_DIFF = `
work=$(mktemp -d) || exit 1
trap 'chmod -R u+rwx -- "$work"; rm -rf -- "$work"' EXIT
mkdir "$work/a" "$work/b" && cat >"$work/given" || exit 1
head -n 1 "$work/given" | base64 -d | tar --extract --gzip --no-same-owner -C "$work/a" || exit 1
tail -n +2 "$work/given" >"$work/paths"
sed -z -n 's/^-//p' "$work/paths" | (cd "$work/a" && xargs -0 -r rm -f --)
sed -z -n 's/^+//p' "$work/paths" | ${TAR} | tar --extract --no-same-owner -C "$work/b" || exit 1
cd "$work" || exit 1
export LC_ALL=C.UTF-8
for side in a b; do
  find "$side" -type f -perm -1000 -exec chmod -t -- {} +
  find "$side" -type l -print0 | while IFS= read -r -d '' link; do
    target=$(readlink -n -- "$link"; echo x)
    rm -f -- "$link" && printf %s "\${target%x}" >"$link" && chmod 1600 -- "$link"
  done
  (cd "$side" && find . -type f -print0 | xargs -0 -r sha256sum -z --) | sed -z 's|^\\([^ ]*\\)  \\./|\\1\\t|' | sort -z >"$side.content"
  find "$side" -type f \\( -perm -1000 -printf 'l' -o -perm -100 -printf 'x' -o -printf 'f' \\) -printf '\\t%P\\0' | sort -z >"$side.kinds"
done
kind() {
  if [ ! -f "$1" ]; then printf -- -
  elif [ -k "$1" ]; then printf l
  elif [ -x "$1" ]; then printf x
  else printf f; fi
}
space=$1
print_change() {
  local body
  body=$(diff -uN -- "$3" "$4" | tr '\\0' ' '; echo x)
  space=$((space - \${#body} - \${#path}))
  [ "$space" -ge 0 ] || { printf '%s\\0' "$path"; exit; }
  printf '%s\\0%s\\0%s\\0%s\\0' "$1" "$2" "$path" "\${body%x}"
}
# Where a folder was or is in its place, or a file in that of its folder, there is nothing that diff could be given.
can_compare() { [ ! -d "$1" ] && { [ -f "$1" ] || mkdir -p -- "\${1%/*}" 2>/dev/null; }; }
{ comm -z -3 a.content b.content; comm -z -3 a.kinds b.kinds; } | sed -z 's/^\\t//; s/^[^\\t]*\\t//' | sort -zu >changed
while IFS= read -r -d '' path; do
  before=a/$path after=b/$path was=$(kind "a/$path") is=$(kind "b/$path")
  can_compare "$before" || before=/dev/null
  can_compare "$after" || after=/dev/null
  case $was$is in
    # A file that became a link, or a link a file, is deleted and made.
    l[fx] | [fx]l) print_change "$was" - "$before" /dev/null; print_change - "$is" /dev/null "$after" ;;
    *) print_change "$was" "$is" "$before" "$after" ;;
  esac
done <changed`;

/**
 * The input of FILES_DIFF: the archive in one line, then the paths to compare and to omit, each with its
 * mark.
 */
export function packed(archive: string, { compared, leftOut }: ComparableFiles): string {
  const paths = [...compared.map((path) => `+${path}\0`), ...leftOut.map((path) => `-${path}\0`)];
  return `${archive}\n${paths.join('')}`;
}

/** Converts the output of FILES_DIFF to a patch. */
export function readFilesDiff(printed: string): { patch: string; isWhole: boolean } {
  const parts = printed.split('\0').slice(0, -1);
  const changes: ChangedPath[] = [];
  for (let at = 0; at + 3 < parts.length; at += 4) {
    const [before, after, path, body] = parts.slice(at, at + 4) as [PathKind, PathKind, string, string];
    changes.push({ before, after, path, body });
  }
  return { patch: patchText(changes), isWhole: parts.length % 4 === 0 };
}

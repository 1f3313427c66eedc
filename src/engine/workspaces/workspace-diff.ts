import { z } from 'zod';
import { storable } from '../../rules/text/text.ts';
import { chooseFiles, type FoundFile } from '../../rules/workspaces/files.ts';
import type { CommandResult } from '../sandbox/command.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { ARCHIVE, FILES_DIFF, LIST, packed, readFilesDiff } from './files-diff.ts';

/**
 * The state of a working directory at the start of a task. It is JSON and stored with the task, so that a
 * worker that takes over compares with the same state.
 */
export const snapshotSchema = z.discriminatedUnion('kind', [
  /** The commit that was checked out; null in a repository without commits. */
  z.object({ kind: z.literal('git'), head: z.string().nullable() }),
  /** `archive` is a tar.gz in base64; `leftOut` lists the paths of files that it does not contain. */
  z.object({ kind: z.literal('files'), archive: z.string(), leftOut: z.array(z.string()) }),
  z.object({ kind: z.literal('none'), reason: z.string() }),
]);
export type Snapshot = z.infer<typeof snapshotSchema>;

const MiB = 2 ** 20;
const TIMEOUT_MS = 60_000;
const MAX_ARCHIVE_BYTES = 8 * MiB;
const MAX_DIFF_BYTES = MiB;
/** For a comparison of files; as many bytes at least, and four times as many at most. */
const MAX_PATCH_CHARACTERS = 900_000;
/** Number of omitted files that are listed; further ones are only counted. */
const REMARKS = 100;

/**
 * A repository is recognised by .git in the directory itself, because nothing above it is visible.
 * @throws the reason of the signal, DomainError SANDBOX_UNAVAILABLE
 */
export async function takeSnapshot(
  sandbox: Sandbox,
  workspace: string,
  signal: AbortSignal,
): Promise<Snapshot> {
  const run = runner(sandbox, workspace, signal);
  const { exitCode, stdout } = await run(HEAD);
  if (exitCode === 0) return { kind: 'git', head: stdout.trim() || null };
  const found = await listFiles(run);
  if (found === null) return { kind: 'none', reason: 'it has too many files' };
  const { compared, leftOut } = chooseFiles(found);
  const archive = await run(ARCHIVE, { stdin: compared.join('\0'), maxOutputBytes: MAX_ARCHIVE_BYTES });
  if (archive.exitCode !== 0 || archive.truncated) return { kind: 'none', reason: reasonOf(archive) };
  return { kind: 'files', archive: archive.stdout, leftOut };
}

/**
 * The changes since, as a unified diff; empty if there are none. Files that could not be compared are listed
 * in lines that begin with `#`, which programs that apply diffs ignore.
 * @throws the reason of the signal, DomainError SANDBOX_UNAVAILABLE
 */
export async function diffSince(
  sandbox: Sandbox,
  workspace: string,
  snapshot: Snapshot,
  signal: AbortSignal,
): Promise<string> {
  const run = runner(sandbox, workspace, signal);
  if (snapshot.kind === 'none') return remark(`the working directory is not compared: ${snapshot.reason}`);
  if (snapshot.kind === 'git') return diffOf(await run(GIT_DIFF, { args: [snapshot.head ?? ''] }), []);
  const found = await listFiles(run);
  if (found === null) return remark('the working directory is not compared: it has too many files now');
  const { compared, leftOut } = chooseFiles(found, snapshot.leftOut);
  const stdin = packed(snapshot.archive, { compared, leftOut });
  const result = await run(FILES_DIFF, {
    args: [String(MAX_PATCH_CHARACTERS)],
    stdin,
    maxOutputBytes: 4 * MiB,
  });
  const { patch, isWhole } = readFilesDiff(result.stdout);
  const note = isWhole ? '' : remark('the diff is too large; the rest is omitted');
  return note + diffOf({ ...result, stdout: patch }, leftOut);
}

type Run = (
  script: string,
  options?: { args?: readonly string[]; stdin?: string; maxOutputBytes?: number },
) => Promise<CommandResult>;

function runner(sandbox: Sandbox, workspace: string, signal: AbortSignal): Run {
  return (script, { args = [], ...options } = {}) => {
    const run = ['bash', '-c', script, 'diff', ...args] as const;
    return sandbox.run({
      workspace,
      isReading: true,
      run,
      timeoutMs: TIMEOUT_MS,
      signal,
      maxOutputBytes: MAX_DIFF_BYTES,
      ...options,
    });
  };
}

function diffOf(result: CommandResult, leftOut: readonly string[]): string {
  const remarks = leftOut
    .slice(0, REMARKS)
    .map((path) => remark(`not compared, because of its size: ${path}`));
  if (leftOut.length > REMARKS) remarks.push(remark(`and ${leftOut.length - REMARKS} more`));
  if (result.truncated) remarks.push(remark('the diff is too large; its middle is omitted'));
  if (result.exitCode !== 0) remarks.push(remark(`the comparison failed: ${reasonOf(result)}`));
  return storable(remarks.join('') + result.stdout);
}

/** One line, whatever a path or an error message contains. */
function remark(text: string): string {
  return `# ${text.replaceAll(/\p{Cc}+/gu, ' ')}\n`;
}

function reasonOf({ timedOut, exceeded, truncated, stderr, exitCode }: CommandResult): string {
  if (timedOut) return `it took longer than ${TIMEOUT_MS / 1000} s`;
  if (truncated) return 'it is too large';
  return exceeded ?? (stderr.trim() || `exit code ${exitCode}`);
}

/**
 * Programs configured in a repository are not executed, although they would run in the sandbox, so that the
 * diff shows the actual content.
 */
const GIT = `
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_TERMINAL_PROMPT=0 GIT_OPTIONAL_LOCKS=0
git() {
  command git --no-pager --git-dir=.git --work-tree=. -c safe.directory='*' -c core.fsmonitor=false \\
    -c core.hooksPath=/dev/null -c core.attributesFile=/dev/null -c core.quotePath=false "$@"
}
[ -d .git ] && [ ! -L .git ] && git rev-parse --git-dir >/dev/null ||
  { echo 'there is no repository' >&2; exit 1; }
`;

const HEAD = `${GIT}
git rev-parse --verify --quiet 'HEAD^{commit}' || true`;

/**
 * New files are listed in a copy of the index, so that nothing is changed. The copy needs the same timestamp
 * as the index; otherwise a file changed at that moment counts as unchanged. An unborn branch is compared
 * with the empty tree, which git knows in every repository.
 */
const GIT_DIFF = `${GIT}
start=$1
[ -n "$start" ] || start=$(git hash-object -t tree /dev/null)
work=$(mktemp -d) || exit 1
trap 'rm -rf -- "$work"' EXIT
[ ! -f .git/index ] || cp -p .git/index "$work/index" || exit 1
export GIT_INDEX_FILE=$work/index GIT_OBJECT_DIRECTORY=$work GIT_ALTERNATE_OBJECT_DIRECTORIES=.git/objects
git add --intent-to-add . &&
  git diff --no-ext-diff --no-textconv --no-color --no-renames --src-prefix=a/ --dst-prefix=b/ "$start" --`;

const MAX_FILES = 5_000;

async function listFiles(run: Run): Promise<FoundFile[] | null> {
  const { stdout, exitCode, truncated } = await run(LIST, { args: [String(MAX_FILES + 1)] });
  const entries = stdout.split('\0').filter(Boolean);
  if (exitCode !== 0 || truncated || entries.length > MAX_FILES) return null;
  return entries.map((entry) => {
    const [size, ...path] = entry.split('\t');
    return { path: path.join('\t'), bytes: Number(size) };
  });
}

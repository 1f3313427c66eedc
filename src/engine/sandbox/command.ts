/** One command in one working directory. */
export interface Command {
  /** Absolute path without symbolic links, as `workspaces/workspaces.ts` gives it. */
  workspace: string;
  /** Whose it is: accounts have quotas and take turns. Without one, a command counts as of an account of its own kind. */
  accountId?: string;
  /** A program, looked for in the system's own folders, and its arguments; or a script for bash. */
  run: readonly [string, ...string[]] | string;
  /** Whether it has a network, which is for commands of our own alone. */
  isOnline?: boolean;
  /** It cannot change its working directory, so no lack of space keeps it from starting. */
  isReading?: boolean;
  /** Nothing when absent. */
  stdin?: string;
  timeoutMs: number;
  /** The longest file that it can write, in bytes, as the limits have it when absent. 0: it can only delete. */
  maxFileBytes?: number;
  /** Aborting kills at once, and `run` rejects with the signal's reason. */
  signal: AbortSignal;
  /** Bytes that are kept of each of stdout and stderr: the first half and the last. 64 KiB when absent. */
  maxOutputBytes?: number;
  /** Text of stdout and stderr as it comes, whole characters only, at most `maxOutputBytes` of each. */
  onOutput?: (text: string) => void;
}

export interface CommandResult {
  /** 128 + n when signal n ended it. */
  exitCode: number;
  stdout: string;
  stderr: string;
  /** Something was left out of stdout or stderr; a line in their middle says how much. */
  truncated: boolean;
  timedOut: boolean;
  /** It was killed because of its use of disk or memory, or because it printed without end; says which. */
  exceeded: string | null;
  durationMs: number;
}

/** What is really started. */
export function argvOf({ run }: Command): readonly string[] {
  return typeof run === 'string' ? ['bash', '-c', WITH_PIPES, 'bash', run] : run;
}

/**
 * What Node calls pipes are sockets, and those it would make as another user: scripts that write to /dev/stderr
 * could open neither. What a script left in the background holds its pipes, and is not waited for.
 */
const WITH_PIPES = `
exec 3>&1 4>&2
exec > >(exec cat >&3 3>&- 4>&-); out=$!
exec 2> >(exec cat >&4 3>&- 4>&-); err=$!
exec 3>&- 4>&-
bash -c "$1"; status=$?
exec >/dev/null 2>&1
{ sleep 0.2; kill "$out" "$err"; } &
wait "$out" "$err"
exit "$status"`;

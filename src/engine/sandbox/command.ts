/** One command in one working directory. */
export interface Command {
  /** Absolute path without symbolic links, as returned by `workspaces/workspaces.ts`. */
  workspace: string;
  /**
   * The account it belongs to: accounts have quotas and take turns. Without one, a command counts towards a
   * separate account.
   */
  accountId?: string;
  /** A program, searched in the system folders, and its arguments; or a Bash script. */
  run: readonly [string, ...string[]] | string;
  /** Whether it has network access; only for commands of Polyphony itself. */
  isOnline?: boolean;
  /** It cannot change its working directory, so it may start without free disk space. */
  isReading?: boolean;
  /** Empty when absent. */
  stdin?: string;
  timeoutMs: number;
  /** Maximum size of a file it writes, in bytes; the limits apply when absent. 0: it can only delete. */
  maxFileBytes?: number;
  /** Aborting kills it immediately, and `run` rejects with the signal's reason. */
  signal: AbortSignal;
  /** Bytes kept of each of stdout and stderr: the first and the last half. Default 64 KiB. */
  maxOutputBytes?: number;
  /**
   * Called with text of stdout and stderr as it arrives, in whole characters, at most `maxOutputBytes` of
   * each.
   */
  onOutput?: (text: string) => void;
}

export interface CommandResult {
  /** 128 + n if signal n ended it. */
  exitCode: number;
  stdout: string;
  stderr: string;
  /** Part of stdout or stderr was omitted; a line in the middle states how much. */
  truncated: boolean;
  timedOut: boolean;
  /** Why it was killed: its use of disk or memory, or excessive output. null: it was not. */
  exceeded: string | null;
  durationMs: number;
}

/** The program and arguments that are executed. */
export function argvOf({ run }: Command): readonly string[] {
  return typeof run === 'string' ? ['bash', '-c', WITH_PIPES, 'bash', run] : run;
}

/**
 * Node's pipes are sockets, created by another user, so scripts could not open /dev/stderr or /dev/stdout.
 * Background processes of a script keep its pipes open and are not waited for.
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

/** Settings of the kernel that limit namespaces for the server's user. null: this kernel has no such setting. */
export interface KernelSettings {
  /** `user.max_user_namespaces`. */
  maxUserNamespaces: number | null;
  /** `kernel.unprivileged_userns_clone`, which Debian's kernels have. */
  unprivilegedUserNamespaces: number | null;
  /** `kernel.apparmor_restrict_unprivileged_userns`, which Ubuntu sets. */
  restrictedByAppArmor: number | null;
  /** Whether a filter of system calls applies to the server, as in most containers. */
  isFiltered: boolean;
}

const MOST_CHARACTERS = 400;

/**
 * Why a program could not isolate the test command, in one line for an operator: the message of that program, and the
 * setting that explains it.
 * @param output what it wrote to stderr
 */
export function isolationProblem(output: string, settings: KernelSettings): string {
  const words = wordsOf(output);
  const cause = causeOf(words, settings);
  return cause === null ? words : `${words} (${cause})`;
}

/** The problem in one line, without the help or hints that some programs print after it. */
function wordsOf(output: string): string {
  const lines = output.split('\n').map((line) => line.trim());
  const help = lines.findIndex((line) => /^(Try ['`"]|Usage:|usage:|BusyBox v|dmesg\(1\))/.test(line));
  const words = (help > 0 ? lines.slice(0, help) : lines).join(' ').replace(/\s+/g, ' ').trim();
  // The shell that starts the program: `sh: 6: exec: bwrap: not found`.
  return words.replace(/^\S*sh: (line )?(\d+: )?(exec: )?/, '').slice(0, MOST_CHARACTERS);
}

function causeOf(words: string, settings: KernelSettings): string | null {
  const { maxUserNamespaces, unprivilegedUserNamespaces, restrictedByAppArmor, isFiltered } = settings;
  if (/un(recognized|known) option|invalid option/i.test(words)) return 'this version is too old';
  if (/not implemented|Invalid argument/.test(words)) return 'this kernel lacks a kind of namespace';
  if (!/not permitted|denied|superuser|No space left|No permissions/i.test(words)) return null;
  if (maxUserNamespaces === 0) return 'user.max_user_namespaces is 0';
  if (/No space left/.test(words))
    return 'a limit in /proc/sys/user, such as max_user_namespaces, is reached';
  if (unprivilegedUserNamespaces === 0) return 'kernel.unprivileged_userns_clone is 0';
  if (restrictedByAppArmor === 1) return 'kernel.apparmor_restrict_unprivileged_userns is 1';
  return isFiltered ? 'a filter of system calls applies to the server, as in a container' : null;
}

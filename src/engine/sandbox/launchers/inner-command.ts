import { argvOf, type Command } from '../command.ts';
import type { Limits } from '../limits.ts';
import type { IsolatedCommand } from './isolation.ts';

/**
 * The program and arguments of the first process inside.
 * @param asUser a program that starts the command as its user
 */
export function innerCommand(
  { command, identity, niceness, limits }: IsolatedCommand,
  asUser: readonly string[],
): string[] {
  return [
    ...['/bin/bash', '-c', FIRST_PROCESS, 'bash', identity, String(niceness)],
    ...asUser,
    ...within(limits, command),
    ...argvOf(command),
  ];
}

/**
 * It stays, reaps children, and must not be signalled from inside. Commands get lower priority than the
 * server when processor time is short. Descriptors that the server inherited from its supervisor are closed.
 */
const FIRST_PROCESS = `
for inherited in /proc/self/fd/*; do
  inherited=\${inherited##*/}
  [ "$inherited" -le 2 ] || eval "exec $inherited>&-"
done
[ "$(stat -c %d:%i .)" = "$1" ] || { echo 'the working directory was replaced' >&2; exit 126; }
niceness=$2
shift 2
nice -n "$niceness" "$@"
exit $?`;

/** The arguments that start a program within the limits of the kernel for processes. */
export function within(limits: Limits, { timeoutMs, maxFileBytes = limits.file }: Command): string[] {
  const { memory, processes, openFiles } = limits;
  const cpuSeconds = Math.ceil(timeoutMs / 1000) + 1;
  return [
    ...[
      'prlimit',
      `--data=${memory}`,
      `--nproc=${processes}`,
      `--nofile=${openFiles}`,
      `--fsize=${maxFileBytes}`,
    ],
    ...[`--cpu=${cpuSeconds}`, '--core=0', '--'],
  ];
}

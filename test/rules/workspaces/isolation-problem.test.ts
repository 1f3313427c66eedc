import { describe, expect, test } from 'vitest';
import { isolationProblem, type KernelSettings } from '../../../src/rules/workspaces/isolation-problem.ts';

const FREE: KernelSettings = {
  maxUserNamespaces: 96_365,
  unprivilegedUserNamespaces: null,
  restrictedByAppArmor: null,
  isFiltered: false,
};
const REFUSED = 'unshare: unshare failed: Operation not permitted';

describe('given a refusal, then the setting that explains it is named', () => {
  test.each<{ is: string; output?: string; settings: Partial<KernelSettings>; cause: string }>([
    {
      is: 'a Debian kernel on which users may not create namespaces',
      settings: { unprivilegedUserNamespaces: 0 },
      cause: 'kernel.unprivileged_userns_clone is 0',
    },
    {
      is: 'Ubuntu 24.04',
      output: 'unshare: write failed /proc/self/uid_map: Operation not permitted',
      settings: { unprivilegedUserNamespaces: 1, restrictedByAppArmor: 1 },
      cause: 'kernel.apparmor_restrict_unprivileged_userns is 1',
    },
    {
      is: 'Ubuntu 24.04, by bubblewrap',
      output: 'bwrap: setting up uid map: Permission denied',
      settings: { restrictedByAppArmor: 1 },
      cause: 'kernel.apparmor_restrict_unprivileged_userns is 1',
    },
    {
      is: 'a kernel that allows no user namespaces',
      output: 'unshare: unshare failed: No space left on device',
      settings: { maxUserNamespaces: 0 },
      cause: 'user.max_user_namespaces is 0',
    },
    {
      is: 'a limit that is reached',
      output: 'unshare: unshare failed: No space left on device',
      settings: {},
      cause: 'a limit in /proc/sys/user, such as max_user_namespaces, is reached',
    },
    {
      is: 'a container',
      settings: { isFiltered: true },
      cause: 'a filter of system calls applies to the server, as in a container',
    },
    {
      is: 'a container that lets it create namespaces, but mount nothing',
      output: 'mount: /tmp: must be superuser to use mount.',
      settings: { isFiltered: true },
      cause: 'a filter of system calls applies to the server, as in a container',
    },
    {
      is: 'a kernel that was built without them',
      output: 'unshare: unshare failed: Invalid argument',
      settings: {},
      cause: 'this kernel lacks a kind of namespace',
    },
    {
      is: 'an old program',
      output: "unshare: unrecognized option '--map-user=1000'",
      settings: { isFiltered: true },
      cause: 'this version is too old',
    },
  ])('$is', ({ output = REFUSED, settings, cause }) => {
    expect(isolationProblem(output, { ...FREE, ...settings })).toBe(`${output} (${cause})`);
  });
});

describe('what a program writes becomes one line', () => {
  test.each([
    { output: 'sh: 6: exec: bwrap: not found\n', line: 'bwrap: not found' },
    { output: 'bash: line 4: exec: bwrap: not found\n', line: 'bwrap: not found' },
    { output: `${REFUSED}\n`, line: REFUSED },
    {
      output: "setpriv: unrecognized option '--pdeathsig'\nTry 'setpriv --help' for more information.\n",
      line: "setpriv: unrecognized option '--pdeathsig' (this version is too old)",
    },
    {
      output:
        'setpriv: unrecognized option: reuid\nBusyBox v1.36.1 (2024-06-10 07:11:47 UTC) multi-call binary.\n\nUsage: setpriv [OPTIONS] PROG ARGS\n',
      line: 'setpriv: unrecognized option: reuid (this version is too old)',
    },
    {
      output:
        'mount: /tmp: permission denied.\n       dmesg(1) may have more information after failed mount system call.\n',
      line: 'mount: /tmp: permission denied.',
    },
    { output: 'Usage: unshare\n', line: 'Usage: unshare' },
    { output: `${'x'.repeat(10_000)}\n`, line: 'x'.repeat(400) },
  ])('$line', ({ output, line }) => {
    expect(isolationProblem(output, FREE)).toBe(line);
  });
});

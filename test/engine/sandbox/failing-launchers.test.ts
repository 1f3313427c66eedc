import { execFile } from 'node:child_process';
import { chmodSync, chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { createFolder } from '../../harness/folder.ts';
import { createPrograms } from '../../harness/programs.ts';
import { isRoot, openWorkPlace } from './work-place.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const failing = (message: string, status = 1) => `cat >&2 <<'END'\n${message}\nEND\nexit ${status}`;

describe('given programs that fail as on other machines, then there is no sandbox, and the error says why', () => {
  test.each<{ where: string; instead: Record<string, string>; says: RegExp }>([
    {
      where: 'users may create no namespaces, or a container refuses the call',
      instead: { unshare: failing('unshare: unshare failed: Operation not permitted') },
      says: /unshare: unshare: unshare failed: Operation not permitted/,
    },
    {
      where: 'AppArmor lets users create namespaces without rights, as in Ubuntu 24.04',
      instead: { unshare: failing('unshare: write failed /proc/self/uid_map: Operation not permitted') },
      says: /unshare: unshare: write failed \/proc\/self\/uid_map: Operation not permitted/,
    },
    {
      where: 'the maximum number of namespaces exists',
      instead: { unshare: failing('unshare: unshare failed: No space left on device') },
      says: /No space left on device \(a limit in \/proc\/sys\/user/,
    },
    {
      where: 'the kernel was built without user namespaces',
      instead: { unshare: failing('unshare: unshare failed: Invalid argument') },
      says: /Invalid argument \(this kernel lacks a kind of namespace\)/,
    },
    {
      where: 'util-linux is older than --map-root-user',
      instead: {
        unshare: failing(
          "unshare: unrecognized option '--map-root-user'\nTry 'unshare --help' for more information.",
        ),
      },
      says: /unshare: unshare: unrecognized option '--map-root-user' \(this version is too old\)\. Install/,
    },
    {
      where: 'util-linux is older than --pdeathsig',
      instead: {
        setpriv: failing(
          "setpriv: unrecognized option '--pdeathsig'\nTry 'setpriv --help' for more information.",
        ),
      },
      says: /unshare: setpriv: unrecognized option '--pdeathsig' \(this version is too old\)\. Install/,
    },
    {
      where: 'the programs are those of BusyBox',
      instead: {
        setpriv: failing(
          'setpriv: unrecognized option: pdeathsig\nBusyBox v1.36.1 (2024-06-10 07:11:47 UTC) multi-call binary.\n\nUsage: setpriv [OPTIONS] PROG ARGS',
        ),
      },
      says: /unshare: setpriv: unrecognized option: pdeathsig \(this version is too old\)\. Install/,
    },
    {
      where: 'a filter of system calls kills the process that makes the call',
      instead: { unshare: 'kill -SYS $$' },
      says: /unshare: a test command ended with exit code 159/,
    },
    {
      where: 'the program may not be executed',
      instead: { unshare: 'exit 126' },
      says: /unshare: a test command ended with exit code 126/,
    },
    {
      where: 'limits cannot be set',
      instead: {
        prlimit: failing('prlimit: failed to set the NPROC resource limit: Operation not permitted'),
      },
      says: /unshare: prlimit: failed to set the NPROC resource limit: Operation not permitted/,
    },
  ])('$where', async ({ instead, says }) => {
    const programs = await createPrograms([], {
      bwrap: failing(
        'bwrap: No permissions to create new namespace, likely because the kernel does not allow it',
      ),
      ...instead,
    });
    closers.push(programs.remove);
    const place = await openWorkPlace({ settings: { mode: 'auto', searchPath: programs.path } });
    closers.push(place.close);
    const error = await place.run('echo works').catch((thrown) => thrown);
    expect(error).toMatchObject({ code: 'SANDBOX_UNAVAILABLE', message: expect.stringMatching(says) });
    expect(error.message).toContain('bubblewrap: bwrap: No permissions to create new namespace');
    expect(error.message).not.toContain('\n');
    expect(place.sandbox.state()).toBe('unavailable');
    expect(place.leftovers()).toEqual([]);
  });

  test('a program never ends', { timeout: 30_000 }, async () => {
    const programs = await createPrograms(['bwrap'], { unshare: 'exec sleep 20' });
    closers.push(programs.remove);
    const place = await openWorkPlace({ settings: { mode: 'auto', searchPath: programs.path } });
    closers.push(place.close);
    await expect(place.run('echo works')).rejects.toThrow(
      'unshare: a test command did not end within 10 seconds',
    );
    expect(place.leftovers()).toEqual([]);
  });
});

const COMMAND = join(import.meta.dirname, 'sandboxed-command.ts');

/** Runs `sandboxed-command.ts` by a program that restricts it first. @returns what it wrote to stderr */
async function refusalOf(program: string, parameters: readonly string[], mode: string): Promise<string> {
  const { path, remove } = await createFolder();
  closers.push(remove);
  if (isRoot) chownSync(path, 23_456, 23_456);
  const command = [process.execPath, COMMAND, mode, path, 'echo works'];
  const error = await promisify(execFile)(program, [...parameters, ...command]).catch((thrown) => thrown);
  expect(error.stdout).toBe('');
  return error.stderr;
}

/** The number of `unshare`. */
const UNSHARE_CALL: Partial<Record<NodeJS.Architecture, number>> = { x64: 272, arm64: 97 };

/** A filter that answers one system call with EPERM. */
function refusing(call: number): Buffer {
  const instructions = [
    [0x20, 0, 0, 0],
    [0x15, 0, 1, call],
    [0x06, 0, 0, 0x0005_0001],
    [0x06, 0, 0, 0x7fff_0000],
  ] as const;
  return Buffer.concat(
    instructions.map(([code, ifTrue, ifFalse, operand]) => {
      const bytes = Buffer.alloc(8);
      bytes.writeUInt16LE(code, 0);
      bytes.writeUInt8(ifTrue, 2);
      bytes.writeUInt8(ifFalse, 3);
      bytes.writeUInt32LE(operand, 4);
      return bytes;
    }),
  );
}

describe.runIf(isRoot)('given a machine that refuses, then the error says why', () => {
  test('no user namespaces may exist', async () => {
    // The uid is another one, so that it does as a server that is not root.
    const inside = ['--user', '--map-user=1000', '--map-group=1000', '--keep-caps', 'bash', '-c'];
    const script =
      'echo 0 >/proc/sys/user/max_user_namespaces && exec setpriv --inh-caps=-all --ambient-caps=-all "$@"';
    const said = await refusalOf('unshare', [...inside, script, 'bash'], 'auto');
    expect(said).toMatch(/bubblewrap: bwrap: .*max_\*_namespaces exceeded/);
    expect(said).toMatch(
      /unshare: unshare failed: No space left on device \(user\.max_user_namespaces is 0\)/,
    );
  });

  test('a filter of system calls refuses new namespaces', async () => {
    const { path, remove } = await createFolder();
    closers.push(remove);
    const filter = join(path, 'filter');
    writeFileSync(filter, refusing(UNSHARE_CALL[process.arch]!));
    const script = 'exec 9<"$1"; shift; exec bwrap --dev-bind / / --seccomp 9 "$@"';
    const said = await refusalOf('bash', ['-c', script, 'bash', filter], 'unshare');
    expect(said).toContain(
      'unshare: unshare failed: Operation not permitted (a filter of system calls applies to the server, as in a container)',
    );
  });

  test.each([
    ['mount', 'mount: /tmp: permission denied.', 32],
    ['pivot_root', "pivot_root: failed to change root from `/tmp' to `/tmp/old': Operation not permitted", 1],
    ['umount', 'umount: /old: must be superuser to unmount.', 32],
  ])('namespaces can be created, but %s is refused in them', async (name, message, status) => {
    const { path, remove } = await createFolder();
    closers.push(remove);
    chmodSync(path, 0o755);
    const fake = join(path, name);
    writeFileSync(fake, `#!/bin/sh\n${failing(message, status)}\n`, { mode: 0o755 });
    const script = `mount --bind ${fake} "$(readlink -f "$(command -v ${name})")"; exec "$@"`;
    const said = await refusalOf('unshare', ['--mount', 'bash', '-c', script, 'bash'], 'unshare');
    expect(said).toContain(`unshare: ${message}`);
  });
});

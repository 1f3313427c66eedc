import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ControlGroup, createControlGroups } from '../../../src/engine/sandbox/control-groups.ts';
import {
  enterLeaf,
  ownControlGroup,
  requireControllers,
  SERVER_GROUP,
} from '../../../src/engine/sandbox/find-control-group.ts';
import { processorShare } from '../../../src/engine/sandbox/processor-share.ts';
import { ISOLATION_NAMES } from '../../../src/rules/workspaces/isolation.ts';
import { filtered } from './needs-filter.ts';
import { openWorkPlace } from './work-place.ts';

const MiB = 2 ** 20;
const LIMITS = { memory: 64 * MiB, accountMemory: 96 * MiB, allMemory: 128 * MiB, processes: 32 };

describe('where the server’s own control group is', () => {
  const mounts = `25 1 0:22 / /proc rw - proc proc rw
36 25 0:30 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate`;

  test.each([
    { name: 'a service', groups: '0::/system.slice/a.service\n', mounts, own: '/system.slice/a.service' },
    { name: 'a container', groups: '0::/\n', mounts, own: '' },
    { name: 'beside version 1', groups: '4:memory:/x\n0::/y\n', mounts, own: '/y' },
    {
      name: 'a part that is mounted',
      groups: '0::/a/b\n',
      mounts: '36 25 0:30 /a /sys/fs/cgroup rw - cgroup2 cgroup2 rw',
      own: '/b',
    },
  ])('$name', ({ groups, mounts, own }) => {
    expect(ownControlGroup({ groups, mounts })).toBe(join('/sys/fs/cgroup', own));
  });

  test.each([
    { groups: '4:memory:/x\n', mounts, message: 'this kernel has no control groups v2' },
    { groups: '0::/\n', mounts: '', message: 'control groups v2 are not mounted' },
    { groups: '0::/../x\n', mounts, message: 'its control group is not part of the mounted hierarchy' },
  ])('$message', ({ groups, mounts, message }) => {
    expect(() => ownControlGroup({ groups, mounts })).toThrow(message);
  });
});

/** A group of this test alone; null where this user cannot make one. */
function makeBase(): string | null {
  try {
    const [groups, mounts] = ['cgroup', 'mountinfo'].map((name) =>
      readFileSync(`/proc/self/${name}`, 'utf8'),
    );
    const base = join(ownControlGroup({ groups: groups!, mounts: mounts! }), `test-${randomUUID()}`);
    mkdirSync(base);
    return base;
  } catch {
    return null;
  }
}

const read = (path: string) => readFileSync(path, 'utf8').trim();
const groupOf = (pid: number) => /^0::(.*)$/m.exec(read(`/proc/${pid}/cgroup`))![1]!;

/** A process that enters a group, and starts another one there. */
async function enter({ processes }: Pick<ControlGroup, 'processes'>) {
  const script = 'echo 0 >"$1"; setsid sleep 60 & echo $!; exec sleep 60';
  const child = spawn('/bin/sh', ['-c', script, 'sh', processes]);
  const exit = once(child, 'exit');
  const other = Number(String((await once(child.stdout, 'data'))[0]));
  return { pids: [child.pid!, other], exit };
}

function removeAll(base: string): void {
  for (const each of readdirSync(base, { withFileTypes: true })) {
    if (each.isDirectory()) removeAll(join(base, each.name));
  }
  rmdirSync(base);
}

describe('groups that the kernel makes', () => {
  test('a command is in its own, below its account’s; what is left in it is ended, and both are removed', async () => {
    const base = makeBase();
    if (base === null) return expectAbsence();
    const groups = await createControlGroups(base, ['memory', 'pids', 'cpu'], LIMITS);
    const one = await groups.make('a/b');
    const two = await groups.make('a/b');
    const { pids, exit } = await enter(one);
    const folder = join(one.processes, '..');
    expect(pids.map((pid) => folder.endsWith(groupOf(pid)))).toEqual([true, true]);
    expect(join(two.processes, '../..')).toBe(join(folder, '..'));
    for (const [file, value] of [
      ['memory.max', String(LIMITS.memory)],
      ['memory.oom.group', '1'],
      ['pids.max', String(LIMITS.processes)],
    ]) {
      const isEnforced = groups.controllers.includes(file!.split('.')[0]!);
      // Without its controller a group has no such file, and the watch is what bounds.
      expect(existsSync(join(folder, file!))).toBe(isEnforced);
      if (isEnforced) expect(read(join(folder, file!))).toBe(value);
    }
    await one.end();
    expect(await exit).toEqual([null, 'SIGKILL']);
    expect(existsSync(folder)).toBe(false);
    expect(existsSync(join(folder, '..'))).toBe(true);
    await two.end();
    expect(existsSync(join(folder, '..'))).toBe(false);
    removeAll(base);
  });

  test('commands of an account may begin while its last one ends', async () => {
    const base = makeBase();
    if (base === null) return expectAbsence();
    const groups = await createControlGroups(base, [], LIMITS);
    const rounds = Array.from({ length: 30 }, async () => {
      for (let round = 0; round < 5; round += 1) await (await groups.make('a')).end();
    });
    await Promise.all(rounds);
    removeAll(base);
  });

  test('what a process left that was killed is swept, and nothing of one that is alive', async () => {
    const base = makeBase();
    if (base === null) return expectAbsence();
    const groups = await createControlGroups(base, [], LIMITS);
    const alive = await groups.make('a');
    const left = join(base, 'polyphony-commands-1-0/account-x/command-1');
    mkdirSync(left, { recursive: true });
    const { exit } = await enter({ processes: join(left, 'cgroup.procs') });
    await createControlGroups(base, [], LIMITS);
    expect(await exit).toEqual([null, 'SIGKILL']);
    expect(existsSync(join(base, 'polyphony-commands-1-0'))).toBe(false);
    expect(existsSync(alive.processes)).toBe(true);
    await alive.end();
    removeAll(base);
  });

  test('a server makes room below its group by moving into a leaf', async () => {
    const base = makeBase();
    if (base === null) return expectAbsence();
    const { pids, exit } = await enter({ processes: join(base, 'cgroup.procs') });
    await enterLeaf(base);
    expect(read(join(base, 'cgroup.procs'))).toBe('');
    expect(pids.map((pid) => groupOf(pid).endsWith(`/${SERVER_GROUP}`))).toEqual([true, true]);
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await exit;
    await expect.poll(() => read(join(base, SERVER_GROUP, 'cgroup.procs'))).toBe('');
    removeAll(base);
  });

  test('a group without controllers is refused', async () => {
    const base = makeBase();
    if (base === null) return expectAbsence();
    // A new group has those that its parent passes on.
    const missing = ['memory', 'pids'].filter(
      (name) => !read(join(base, 'cgroup.controllers')).includes(name),
    );
    if (missing.length === 0) await requireControllers(base);
    else await expect(requireControllers(base)).rejects.toThrow(`no controller for ${missing.join(' and ')}`);
    removeAll(base);
  });
});

/** Where this user cannot make groups, the sandbox says so and works without them. */
async function expectAbsence(): Promise<void> {
  const { reports } = await reportOf('true');
  expect(reports).toEqual([expect.stringMatching(/^control groups are unavailable/)]);
}

async function reportOf(script: string, limits = {}) {
  const reports: string[] = [];
  const report = (message: string) => reports.push(message);
  const log = { info: report, warn: report } as never;
  const place = await openWorkPlace({ limits, settings: { log } });
  await place.run('true');
  const result = await place.run(script);
  place.close();
  return { reports, result };
}

test('by what commands are bounded is logged once; either way they are', async () => {
  const hold = `python3 -c 'x = b"x" * (120 << 20); import time; time.sleep(10)'`;
  const script = `${hold} & ${hold} & wait`;
  const { reports, result } = await reportOf(script, { memory: 200 * MiB });
  expect(reports).toEqual([
    expect.stringMatching(
      /^(commands run in control groups that limit memory, pids|control groups are unavailable, so the memory of commands is watched instead: )/,
    ),
  ]);
  expect(result).toMatchObject({
    exitCode: 137,
    exceeded: expect.stringMatching(/^it use[sd] .* MiB of memory/),
  });
});

describe('the processors of commands, where no group gives the server precedence', () => {
  test.each([
    { allowed: '0-3', parallelism: 4, cpus: '1,2,3', niceness: 10 },
    { allowed: '0-1,6', parallelism: 3, cpus: '1,6', niceness: 10 },
    // A quota of two processors.
    { allowed: '0-7', parallelism: 2, cpus: '7', niceness: 10 },
    { allowed: '4', parallelism: 1, cpus: '4', niceness: 19 },
    { allowed: '0-7', parallelism: 1, cpus: '7', niceness: 19 },
    { allowed: '', parallelism: 4, cpus: null, niceness: 19 },
  ])('of $allowed, $parallelism at once: $cpus', ({ allowed, parallelism, ...share }) => {
    expect(processorShare(allowed, parallelism)).toEqual(share);
  });

  describe.each(ISOLATION_NAMES)('%s', (mode) => {
    filtered(mode, 'processors')('cannot be changed by a command', async () => {
      const { run, close } = await openWorkPlace({ settings: { mode } });
      const result = await run(
        'before=$(nproc); taskset -c 0-63 nproc; [ "$(nproc)" = "$before" ] && echo same',
      );
      expect(result).toMatchObject({ stdout: 'same\n', stderr: expect.stringContaining('not permitted') });
      close();
    });
  });
});

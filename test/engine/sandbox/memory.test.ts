import { execFile, spawn } from 'node:child_process';
import { chownSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { LIMITS, type Limits } from '../../../src/engine/sandbox/limits.ts';
import { createMemoryWatch } from '../../../src/engine/sandbox/memory-watch.ts';
import { availableMemory } from '../../../src/engine/sandbox/process-memory.ts';
import { ISOLATION_NAMES, type IsolationName } from '../../../src/rules/workspaces/isolation.ts';
import { createFolder } from '../../harness/folder.ts';
import { filtered, isListed } from './needs-filter.ts';
import { isRoot, openWorkPlace, type WorkPlace, type WorkPlaceOptions } from './work-place.ts';

const MiB = 2 ** 20;
const GiB = 2 ** 30;

const open: WorkPlace[] = [];
const openIn = async (mode: IsolationName, { limits = {} }: WorkPlaceOptions) => {
  const place = await openWorkPlace({ limits, settings: { mode } });
  open.push(place);
  return place;
};
afterEach(() => {
  for (const place of open.splice(0)) {
    expect(place.leftovers()).toEqual([]);
    place.close();
  }
});

describe('when the machine is short of memory, by size', () => {
  test('the largest command ends, and the others go on', async () => {
    const ended: string[] = [];
    const { ending } = watchTwo({ memoryReserve: availableMemory() * 1.5 }, ended);
    await ending;
    // The other one waits for what that frees.
    expect(ended).toEqual(['large']);
  });

  /** Watches this process, and one that is smaller. */
  function watchTwo(limits: Partial<Limits>, ended: string[]) {
    const watch = createMemoryWatch({
      ...LIMITS,
      memory: GiB * 1000,
      accountMemory: GiB * 1000,
      allMemory: GiB * 1000,
      ...limits,
    });
    const { promise: ending, resolve } = Promise.withResolvers<void>();
    const small = spawn('sleep', ['20']);
    const stops = [
      watch.watch(process.pid, 'a', () => onEnd('large')),
      watch.watch(small.pid!, 'b', () => onEnd('small')),
    ];
    function onEnd(name: string): void {
      ended.push(name);
      setTimeout(() => {
        for (const stop of stops) stop();
        small.kill();
        resolve();
      }, 200);
    }
    return { ending };
  }
});

describe.each(ISOLATION_NAMES)('%s', (mode) => {
  const openPlace = (options: WorkPlaceOptions = {}) => openIn(mode, options);

  describe('who is ended first when memory is short', () => {
    const UNDO = `for value in 0 -1000 999; do
      for file in /proc/self/oom_score_adj /proc/self/oom_adj /proc/$$/task/$$/oom_score_adj /proc/1/oom_score_adj; do
        { echo $value >$file; } 2>/dev/null && echo "wrote $file"
      done
    done; cat /proc/self/oom_score_adj`;

    test('a command, whatever it does about it', async () => {
      const { run } = await openPlace();
      expect(await run(UNDO)).toMatchObject({ stdout: '1000\n' });
    });

    test.runIf(isRoot)('also where the server is not root', async () => {
      const fixture = join(import.meta.dirname, './sandboxed-command.ts');
      const { path, remove } = await createFolder();
      chownSync(path, 23_456, 23_456);
      const { stdout } = await promisify(execFile)(process.execPath, [fixture, mode, path, UNDO], {
        uid: 23_456,
        gid: 23_456,
      });
      expect(JSON.parse(stdout)).toMatchObject({ stdout: '1000\n' });
      await remove();
    });
  });

  describe('when the machine is short of memory', () => {
    test('all end when half of the reserve is gone', async () => {
      const { run } = await openPlace({ limits: { memoryReserve: 1_000 * GiB } });
      const results = await Promise.all([run('sleep 20'), run('sleep 20', { accountId: 'a' })]);
      const exceeded = 'the server has less than 1,024,000 MiB of memory left';
      expect(results).toMatchObject([
        { exitCode: 137, exceeded },
        { exitCode: 137, exceeded },
      ]);
    });
  });

  describe('a burst', () => {
    test('of many processes at once ends the command, and the server answers meanwhile', async () => {
      const { run } = await openPlace({ limits: { memory: 256 * MiB } });
      const script = `
import os, time
for _ in range(64):
    if os.fork() == 0:
        held = b"x" * (64 << 20)
        time.sleep(20); os._exit(0)
time.sleep(20)`;
      const delay = monitorEventLoopDelay({ resolution: 5 });
      delay.enable();
      const before = availableMemory();
      let least = before;
      const timer = setInterval(() => {
        least = Math.min(least, availableMemory());
      }, 10);
      const result = await run(['python3', '-c', script], { timeoutMs: 30_000 });
      clearInterval(timer);
      delay.disable();
      expect(result).toMatchObject({
        exitCode: 137,
        timedOut: false,
        exceeded: expect.stringMatching(/MiB of memory/),
      });
      expect(before - least).toBeLessThan(3 * GiB);
      // It answers: while it waits for the end, it stands still for no second.
      expect(delay.max / 1e6).toBeLessThan(1_000);
    });
  });

  describe('shared memory', () => {
    const HOLD = (mebibytes: number, count: number) => `
import mmap, time
held = []
for _ in range(${count}):
    piece = mmap.mmap(-1, ${mebibytes} << 20)
    for at in range(0, len(piece), 4096): piece[at] = 1
    held.append(piece)
print("held", flush=True)
time.sleep(10)`;

    test('counts as the command’s own', async () => {
      const { run } = await openPlace({ limits: { memory: 200 * MiB } });
      const result = await run(['python3', '-c', HOLD(32, 40)], { timeoutMs: 30_000 });
      expect(result).toMatchObject({
        exitCode: 137,
        stdout: '',
        exceeded: expect.stringMatching(/it use[sd] .*200 MiB/),
      });
    });

    test('is bounded for an account, and for all', async () => {
      const { run } = await openPlace({ limits: { accountMemory: 150 * MiB, allMemory: 10 * GiB } });
      const hold = () => run(['python3', '-c', HOLD(40, 2)], { timeoutMs: 30_000, accountId: 'a' });
      const results = await Promise.all([hold(), hold(), hold()]);
      const reasons = results.map(({ exceeded }) => exceeded).filter((reason) => reason !== null);
      expect(reasons.length).toBeGreaterThan(0);
      expect(reasons[0]).toMatch(/the commands of its account use[d]? .*150 MiB/);
    });

    const GIVE_UP = `
import ctypes, mmap, os, time
libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
libc.memset.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]
size = 20 << 20
for _ in range(20):
    SOURCE
    piece = libc.mmap(None, size, 3, flags, fd, 0)
    libc.memset(piece, 1, size)
    libc.madvise(piece, size, 4)
print("held", flush=True)
time.sleep(10)`;

    test.each([
      { name: 'anonymous', source: 'flags, fd = 0x21, -1' },
      { name: '/dev/zero', source: 'flags, fd = 1, os.open("/dev/zero", os.O_RDWR)' },
    ])('counts when its pages are given up, and no process maps them: $name', async ({ source }) => {
      const { run } = await openPlace({ limits: { memory: 200 * MiB } });
      const result = await run(['python3', '-c', GIVE_UP.replace('SOURCE', source)], { timeoutMs: 30_000 });
      expect(result).toMatchObject({
        exitCode: 137,
        exceeded: expect.stringMatching(/it use[sd] .*200 MiB/),
      });
    });

    test.each([
      { name: 'a command', limits: { memory: 100 * MiB }, reason: /it use[sd] .* MiB/ },
      {
        name: 'an account',
        limits: { accountMemory: 100 * MiB },
        reason: /the commands of its account use[d]? .* MiB/,
      },
    ])('files in /tmp and /dev/shm count as memory of $name', async ({ limits, reason }) => {
      const { run } = await openPlace({ limits: { ...limits, temporary: 200 * MiB } });
      const fill = 'head -c 80M /dev/zero >/tmp/x; head -c 40M /dev/zero >/dev/shm/x; sleep 10';
      const result = await run(fill, { timeoutMs: 30_000, accountId: 'a' });
      expect(result).toMatchObject({ exitCode: 137, exceeded: expect.stringMatching(reason) });
    });

    test('that processes share counts once', async () => {
      const { run } = await openPlace({ limits: { memory: 300 * MiB } });
      const script = `
import os, time
held = bytearray(100 << 20)
for at in range(0, len(held), 4096): held[at] = 1
for _ in range(6):
    if os.fork() == 0:
        time.sleep(2); os._exit(0)
for _ in range(6): os.wait()
print("done")`;
      expect(await run(['python3', '-c', script])).toMatchObject({ stdout: 'done\n', exceeded: null });
    });

    const refused = async (script: string) => {
      const { run } = await openPlace();
      const { exitCode, stderr } = await run(['python3', '-c', script]);
      expect({ exitCode, stderr }).toEqual({
        exitCode: 1,
        stderr: expect.stringMatching(/Cannot allocate memory|not permitted|not implemented|Errno (12|22)/),
      });
    };

    filtered(mode, 'pieces')('is refused in one large piece', async () => {
      await refused('import mmap; mmap.mmap(-1, 300 << 20)');
    });

    filtered(mode, 'unmapped')('is refused without a mapping', async () => {
      await refused('import os; os.memfd_create("x")');
    });

    test('is refused of System V, where a filter or the kernel can', async () => {
      const { run } = await openPlace();
      const { stdout: most } = await run(['cat', '/proc/sys/kernel/shmmax']);
      if (mode === 'unshare' && Number(most) > 65_536) return expect(isListed('segments')).toBe(true);
      await refused(
        'import ctypes; libc = ctypes.CDLL(None, use_errno=True)\nif libc.shmget(0, ctypes.c_size_t(1 << 20), 0o1600) < 0: raise OSError(ctypes.get_errno(), "shmget")',
      );
    });

    test('is there for what needs it', async () => {
      const { run } = await openPlace();
      const pool = 'from multiprocessing import Pool\nprint(sum(Pool(2).map(abs, [-1, -2])))';
      expect(await run(['python3', '-c', pool])).toMatchObject({ stdout: '3\n' });
      const worker = `new (require('worker_threads').Worker)('setTimeout(() => console.log(new SharedArrayBuffer(1e6).byteLength), 1)', { eval: true })`;
      expect(await run(['node', '-e', worker])).toMatchObject({ stdout: '1000000\n' });
    });
  });
});

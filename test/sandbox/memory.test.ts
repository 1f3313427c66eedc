import { execFile } from 'node:child_process';
import { chownSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { createFolder } from '../harness/folder.ts';
import { isRoot, openWorkPlace, type WorkPlace, type WorkPlaceOptions } from './work-place.ts';

const MiB = 2 ** 20;
const GiB = 2 ** 30;

const open: WorkPlace[] = [];
const openPlace = async (options: WorkPlaceOptions = {}) => {
  const place = await openWorkPlace(options);
  open.push(place);
  return place;
};
afterEach(() => {
  for (const place of open.splice(0)) {
    expect(place.leftovers()).toEqual([]);
    place.close();
  }
});

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
    const fixture = join(import.meta.dirname, '../fixtures/sandboxed-command.ts');
    const { path, remove } = await createFolder();
    chownSync(path, 23_456, 23_456);
    const { stdout } = await promisify(execFile)(process.execPath, [fixture, path, UNDO], {
      uid: 23_456,
      gid: 23_456,
    });
    expect(JSON.parse(stdout)).toMatchObject({ stdout: '1000\n' });
    await remove();
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
      exceeded: expect.stringMatching(/it uses \d+ MiB of memory, and 200 MiB are allowed/),
    });
  });

  test('is bounded for an account, and for all', async () => {
    const { run } = await openPlace({ limits: { accountMemory: 150 * MiB, allMemory: 10 * GiB } });
    const hold = () => run(['python3', '-c', HOLD(40, 2)], { timeoutMs: 30_000, accountId: 'a' });
    const results = await Promise.all([hold(), hold(), hold()]);
    const reasons = results.map(({ exceeded }) => exceeded).filter((reason) => reason !== null);
    expect(reasons.length).toBeGreaterThan(0);
    expect(reasons[0]).toMatch(/the commands of its account use \d+ MiB of memory, and 150 MiB are allowed/);
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

  test.each([
    { name: 'in one large piece', script: 'import mmap; mmap.mmap(-1, 300 << 20)' },
    { name: 'without a mapping', script: 'import os; os.memfd_create("x")' },
    {
      name: 'of System V',
      script:
        'import ctypes; libc = ctypes.CDLL(None, use_errno=True)\nif libc.shmget(0, ctypes.c_size_t(1 << 20), 0o1600) < 0: raise OSError(ctypes.get_errno(), "shmget")',
    },
  ])('is refused $name', async ({ script }) => {
    const { run } = await openPlace();
    const { exitCode, stderr } = await run(['python3', '-c', script]);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: expect.stringMatching(/Cannot allocate memory|not permitted|not implemented|Errno 12/),
    });
  });

  test('is there for what needs it', async () => {
    const { run } = await openPlace();
    const pool = 'from multiprocessing import Pool\nprint(sum(Pool(2).map(abs, [-1, -2])))';
    expect(await run(['python3', '-c', pool])).toMatchObject({ stdout: '3\n' });
    const worker = `new (require('worker_threads').Worker)('setTimeout(() => console.log(new SharedArrayBuffer(1e6).byteLength), 1)', { eval: true })`;
    expect(await run(['node', '-e', worker])).toMatchObject({ stdout: '1000000\n' });
  });
});

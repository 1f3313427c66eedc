import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { createBoundedOutput } from '../../../src/engine/sandbox/bounded-output.ts';
import { diskShortage } from '../../../src/engine/sandbox/disk-usage.ts';
import { ISOLATION_NAMES, type IsolationName } from '../../../src/rules/workspaces/isolation.ts';
import { filtered } from './needs-filter.ts';
import { openWorkPlace, type WorkPlace, type WorkPlaceOptions } from './work-place.ts';

const MiB = 2 ** 20;

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

describe.each(ISOLATION_NAMES)('%s', (mode) => {
  const openPlace = (options: WorkPlaceOptions = {}) => openIn(mode, options);

  describe('how a command ends', () => {
    test.each([
      { script: 'exit 3', exitCode: 3 },
      { script: 'kill -9 $$', exitCode: 137 },
      { script: 'no-such-program', exitCode: 127 },
      { script: 'if then', exitCode: 2 },
    ])('$script: $exitCode', async ({ script, exitCode }) => {
      const { run } = await openPlace();
      expect(await run(script)).toMatchObject({
        exitCode,
        timedOut: false,
        exceeded: null,
        truncated: false,
      });
    });

    test('a program that does not exist is reported', async () => {
      const { run } = await openPlace();
      const result = await run(['no-such-program']);
      expect(result).toMatchObject({ exitCode: 127, stderr: expect.stringContaining('no-such-program') });
    });

    test('a script that is too long for an argument is refused', async () => {
      const { run } = await openPlace();
      const message = expect.stringContaining('E2BIG');
      await expect(run('#'.repeat(200_000))).rejects.toMatchObject({ code: 'SANDBOX_UNAVAILABLE', message });
    });

    test('what it left in the background ends with it, and is not waited for', async () => {
      const { run } = await openPlace();
      const result = await run('sleep 60 & setsid sleep 60 & echo started');
      expect(result).toMatchObject({ exitCode: 0, stdout: 'started\n' });
      expect(result.durationMs).toBeLessThan(8_000);
    });

    test('input that it does not read causes no error; it reads exactly what was sent', async () => {
      const { run } = await openPlace();
      expect(await run(['true'], { stdin: 'x'.repeat(4 * MiB) })).toMatchObject({ exitCode: 0 });
      expect(await run(['cat'], { stdin: 'a\0ö' })).toMatchObject({ stdout: 'a\0ö' });
      expect(await run('cat')).toMatchObject({ exitCode: 0, stdout: '' });
    });

    test('output is reported while it runs', async () => {
      const { run, workspace } = await openPlace();
      const heard: string[] = [];
      const script = 'echo first; until [ -e go ]; do sleep 0.02; done; echo second >&2';
      const { promise: first, resolve } = Promise.withResolvers<void>();
      const onOutput = (text: string) => {
        heard.push(text);
        resolve();
      };
      const running = run(script, { onOutput });
      await first;
      expect(heard).toEqual(['first\n']);
      await run(['touch', join(workspace, 'go')]);
      await running;
      expect(heard).toEqual(['first\n', 'second\n']);
    });
  });

  describe('time', () => {
    const STUBBORN = `trap '' TERM INT HUP; setsid sleep 300 & setsid bash -c 'trap "" TERM; while :; do :; done' &
    (sleep 300 & disown) ; echo ready; sleep 300`;

    test('nothing of what it started is alive after its time', async () => {
      const { run } = await openPlace();
      const result = await run(STUBBORN, { timeoutMs: 1_500 });
      expect(result).toMatchObject({ exitCode: 137, timedOut: true, stdout: 'ready\n' });
      expect(result.durationMs).toBeLessThan(4_000);
    });

    test('an abort ends all of it at once', async () => {
      const { run } = await openPlace();
      const controller = new AbortController();
      let abortedAt = 0;
      const onOutput = () => {
        abortedAt = performance.now();
        controller.abort(new Error('cancelled'));
      };
      await expect(run(STUBBORN, { signal: controller.signal, onOutput })).rejects.toThrow('cancelled');
      expect(performance.now() - abortedAt).toBeLessThan(1_000);
    });

    test.each([0, 1, 3, 6, 10, 15, 25])('an abort %i ms after the start does, too', async (after) => {
      const { run } = await openPlace();
      await run('true');
      const controller = new AbortController();
      const running = run(STUBBORN, { signal: controller.signal });
      if (after > 0) await delay(after);
      controller.abort(new Error('cancelled'));
      await expect(running).rejects.toThrow('cancelled');
    });

    test('aborted before: it does not start', async () => {
      const { run, workspace } = await openPlace();
      const signal = AbortSignal.abort(new Error('cancelled'));
      await expect(run('touch started', { signal })).rejects.toThrow('cancelled');
      expect(await run(['ls', workspace])).toMatchObject({ stdout: '' });
    });

    test('commands of a server that is killed die with it', async () => {
      const place = await openPlace();
      const fixture = join(import.meta.dirname, './sandboxed-command.ts');
      const server = spawn(process.execPath, [fixture, mode, place.workspace, STUBBORN]);
      await once(server.stderr, 'data');
      server.kill('SIGKILL');
      await once(server, 'exit');
      // The kernel ends them one after the other; how long may it take?
      await expect.poll(() => place.leftovers()).toEqual([]);
    });
  });

  describe('processes and memory', () => {
    test('a fork bomb stays in its place, and the next command works', async () => {
      const { run } = await openPlace({ limits: { processes: 100 } });
      const result = await run(':(){ :|:& };:; for i in $(seq 200); do sleep 60 & done; wait', {
        timeoutMs: 4_000,
      });
      expect(result.stderr).toContain('Resource temporarily unavailable');
      expect(await run('echo alive')).toMatchObject({ stdout: 'alive\n' });
    });

    test('memory is bounded', async () => {
      const { run } = await openPlace({ limits: { memory: 200 * MiB } });
      const perl = (bytes: number) => ['perl', '-e', `my $x = "a" x ${bytes}; print length $x`] as const;
      expect(await run(perl(50 * MiB))).toMatchObject({ exitCode: 0, stdout: String(50 * MiB) });
      expect(await run(perl(300 * MiB))).toMatchObject({
        stdout: '',
        stderr: expect.stringContaining('Out of memory'),
      });
    });

    test.each(['/tmp', '/dev/shm'])('%s is bounded', async (folder) => {
      const { run } = await openPlace({ limits: { temporary: 8 * MiB } });
      const { stderr } = await run(`head -c 64M /dev/zero >${folder}/x`);
      expect(stderr).toContain('No space left');
    });

    test('processor time is bounded for a command that does not end', async () => {
      const { run } = await openPlace();
      const { exitCode } = await run('ulimit -t', { timeoutMs: 3_000 });
      expect(exitCode).toBe(0);
      expect(await run('ulimit -t', { timeoutMs: 3_000 })).toMatchObject({ stdout: '4\n' });
    });

    test('it is the first to go when memory is short, and gives way to the server', async () => {
      const { run } = await openPlace();
      expect(await run('cat /proc/self/oom_score_adj; nice')).toMatchObject({ stdout: '1000\n10\n' });
    });

    test('20 at once: each its own, in a directory that they share', async () => {
      const { run } = await openPlace();
      const numbers = Array.from({ length: 20 }, (_, index) => index);
      const results = await Promise.all(
        numbers.map((number) => run(`echo ${number} | tee file-${number}; sleep 0.3; exit ${number}`)),
      );
      expect(results.map(({ exitCode, stdout }) => ({ exitCode, stdout }))).toEqual(
        numbers.map((number) => ({ exitCode: number, stdout: `${number}\n` })),
      );
      expect(await run('cat file-* | wc -l')).toMatchObject({ stdout: '20\n' });
    });
  });

  describe('output', () => {
    test('that does not end is kept at its head and its tail', async () => {
      const { run } = await openPlace();
      const result = await run('echo first; yes | head -c 50000000; echo last; echo problem >&2', {
        maxOutputBytes: 1_000,
      });
      expect(result).toMatchObject({ exitCode: 0, truncated: true, stderr: 'problem\n' });
      expect(result.stdout).toMatch(
        /^first\ny\ny\n[\s\S]*\[… 49,999,011 bytes omitted …\]\n[\s\S]*y\nlast\n$/,
      );
      expect(result.stdout.length).toBeLessThan(1_100);
    });

    test('without end is the end of its command', async () => {
      const { run } = await openPlace({ limits: { output: 10 * MiB } });
      expect(await run('yes & yes >&2; wait', { timeoutMs: 60_000 })).toMatchObject({
        exceeded: 'it printed more than 10 MiB',
        timedOut: false,
        truncated: true,
        exitCode: 137,
      });
    });

    test('without end, until its time is over', async () => {
      const { run } = await openPlace({ limits: { output: Number.MAX_SAFE_INTEGER } });
      const told: string[] = [];
      const onOutput = (text: string) => told.push(text);
      const result = await run('yes & yes >&2', { timeoutMs: 1_000, maxOutputBytes: 10_000, onOutput });
      expect(result).toMatchObject({ timedOut: true, truncated: true });
      expect(result.stdout.length + result.stderr.length).toBeLessThan(20_300);
      expect(told.join('').length).toBeLessThanOrEqual(20_000);
    });
  });

  describe('disk', () => {
    test('a file is bounded', async () => {
      const { run } = await openPlace({ limits: { file: MiB } });
      const { stderr } = await run('head -c 4M /dev/zero >x');
      expect(stderr).toContain('File size limit exceeded');
      expect(await run(['stat', '-c', '%s', 'x'])).toMatchObject({ stdout: `${MiB}\n` });
    });

    test('a directory that fills up ends its command', async () => {
      const { run } = await openPlace({ limits: { workspace: 100 * MiB } });
      const result = await run('for i in $(seq 1000); do head -c 20M /dev/zero >$i; sleep 0.02; done', {
        timeoutMs: 60_000,
      });
      expect(result).toMatchObject({
        exitCode: 137,
        exceeded: expect.stringMatching(/the working directory holds \d+ MiB, and the limit is 100 MiB/),
      });
      const { stdout } = await run('du -sm . | cut -f1; rm -f *');
      expect(Number(stdout)).toBeLessThan(2_000);
    }, 90_000);

    filtered(mode, 'allocation')('space cannot be taken faster than it can be watched', async () => {
      const { run } = await openPlace();
      expect(await run('fallocate -l 100M x')).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining('not supported'),
      });
    });
  });
});

describe('what is kept of output', () => {
  test.each([
    { given: ['abcd'], max: 4, expected: 'abcd' },
    { given: ['abcde'], max: 4, expected: 'ab\n[… 1 bytes omitted …]\nde' },
    { given: ['a', 'b', 'c', 'd', 'e', 'f', 'g'], max: 4, expected: 'ab\n[… 3 bytes omitted …]\nfg' },
    // Characters are not cut in two.
    { given: ['aöööb'], max: 4, expected: 'a\n[… 6 bytes omitted …]\nb' },
    { given: ['€€€'], max: 6, expected: '€\n[… 3 bytes omitted …]\n€' },
    { given: ['€€€'], max: 4, expected: '\n[… 9 bytes omitted …]\n' },
  ])('$given in $max bytes', ({ given, max, expected }) => {
    const output = createBoundedOutput(max);
    for (const piece of given) output.push(Buffer.from(piece));
    expect(output.text()).toBe(expected);
    expect(output.isTruncated()).toBe(expected.includes('omitted'));
  });
});

describe('the space that is left', () => {
  const GiB = 1024 * MiB;

  test.each([
    { free: { bytes: 2 * GiB, files: 1e6 }, expected: null },
    {
      free: { bytes: 0.9 * GiB, files: 1e6 },
      expected: "the server's disk has only 922 MiB left, and 1,024 MiB are reserved",
    },
    {
      free: { bytes: 50 * GiB, files: 9_999 },
      expected: "the server's disk can hold only 9999 more files, and 10000 are reserved",
    },
    { free: { bytes: 50 * GiB, files: null }, expected: null },
  ])('$free: $expected', ({ free, expected }) => {
    expect(diskShortage(free, { diskReserve: GiB })).toBe(expected);
  });
});

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { WORKSPACE_TOOLS } from '../../../src/engine/agents/tools/index.ts';
import { diffSince, takeSnapshot } from '../../../src/engine/workspaces/workspace-diff.ts';
import { ISOLATION_NAMES, type SandboxMode } from '../../../src/rules/workspaces/isolation.ts';
import { createFolder } from '../../harness/folder.ts';
import { isRoot, openWorkPlace, SECRET, type WorkPlace } from './work-place.ts';

const TOOLS = Object.values(WORKSPACE_TOOLS);

const { signal } = new AbortController();

const open: WorkPlace[] = [];
const folders: string[] = [];
afterEach(() => {
  for (const place of open.splice(0)) place.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

async function openPlace(settings: Parameters<typeof openWorkPlace>[0]): Promise<WorkPlace> {
  const place = await openWorkPlace(settings);
  open.push(place);
  return place;
}

describe('where there is no sandbox', () => {
  const programs = async () => {
    const folder = mkdtempSync(join(tmpdir(), 'programs-'));
    folders.push(folder);
    const place = await openPlace({ settings: { searchPath: folder } });
    return { folder, place };
  };

  test('nothing runs, and the error says what to install', async () => {
    const { place } = await programs();
    const error = await place.run('touch ran').catch((thrown) => thrown);
    expect(error).toMatchObject({ code: 'SANDBOX_UNAVAILABLE' });
    expect(error.message).toMatch(
      /This server has no sandbox for commands: .*bwrap.*apt-get install bubblewrap.*SANDBOX=none/,
    );
    expect(existsSync(join(place.workspace, 'ran'))).toBe(false);
  });

  test('on another system than Linux, the error does not say to install what there is only on Linux', async () => {
    vi.spyOn(process, 'platform', 'get').mockReturnValue('darwin');
    onTestFinished(() => {
      vi.restoreAllMocks();
    });
    const error = await (await programs()).place.run('true').catch((thrown) => thrown);
    expect(error.message).toMatch(/only on Linux.*SANDBOX=none/);
    expect(error.message).not.toContain('apt-get');
  });

  test('tools and diffs refuse in the same way', async () => {
    const { place } = await programs();
    const { sandbox, workspace } = place;
    const read = TOOLS.find(({ definition }) => definition.name === 'read_file')!;
    const refused = { code: 'SANDBOX_UNAVAILABLE' };
    await expect(read.run({ sandbox, workspace, signal }, { path: 'a' })).rejects.toMatchObject(refused);
    await expect(takeSnapshot(sandbox, workspace, signal)).rejects.toMatchObject(refused);
  });

  test('one that does not work says why; once it works, commands run without a restart', async () => {
    const { folder, place } = await programs();
    const bwrap = join(folder, 'bwrap');
    writeFileSync(bwrap, '#!/bin/sh\necho "No permissions to create new namespace" >&2; exit 1\n');
    chmodSync(bwrap, 0o755);
    await expect(place.run('true')).rejects.toThrow(/No permissions to create new namespace/);
    rmSync(bwrap);
    symlinkSync('/usr/bin/bwrap', bwrap);
    expect(await place.run('echo works')).toMatchObject({ stdout: 'works\n' });
  });

  test.each(['gone', 'file'])('a working directory that is %s is no place to work', async (kind) => {
    const { run, workspace } = await openPlace({});
    const path = join(workspace, kind);
    if (kind === 'file') writeFileSync(path, '');
    await expect(run('true', { workspace: path })).rejects.toMatchObject({
      code: 'SANDBOX_UNAVAILABLE',
      message: expect.stringContaining(path),
    });
  });

  test.runIf(isRoot)('nor is root’s, as no command runs as root', async () => {
    const { run, dataDir } = await openPlace({});
    await expect(run('true', { workspace: dataDir })).rejects.toMatchObject({
      code: 'SANDBOX_UNAVAILABLE',
      message: expect.stringContaining('chown'),
    });
  });
});

describe('SANDBOX=auto', () => {
  const UTIL_LINUX = ['setpriv', 'prlimit', 'unshare', 'setsid'];
  const machineWith = async (names: string[], settings: { mode?: SandboxMode; isProduction?: boolean }) => {
    const folder = mkdtempSync(join(tmpdir(), 'programs-'));
    folders.push(folder);
    // If the server is root, the user of the command looks the programs up, and must be able to enter the folder.
    chmodSync(folder, 0o755);
    for (const name of names) symlinkSync(`/usr/bin/${name}`, join(folder, name));
    return openPlace({ settings: { mode: 'auto', searchPath: folder, ...settings } });
  };

  test.each([
    { has: ['bwrap', ...UTIL_LINUX], isProduction: false, state: 'bubblewrap' },
    { has: UTIL_LINUX, isProduction: false, state: 'unshare' },
    { has: ['bwrap', ...UTIL_LINUX], isProduction: true, state: 'bubblewrap' },
  ])('given $has, in production: $isProduction, then it is $state', async ({ has, isProduction, state }) => {
    const { sandbox, run } = await machineWith(has, { isProduction });
    expect(await run('echo works')).toMatchObject({ stdout: 'works\n' });
    expect(sandbox.state()).toBe(state);
  });

  test('given that bubblewrap is missing, then the description says why unshare is used', async () => {
    const { sandbox } = await machineWith(UTIL_LINUX, {});
    expect(await sandbox.check()).toMatch(
      /^unshare, without a filter of system calls, because of bubblewrap: .*bwrap: not found/,
    );
  });

  test('given production without bubblewrap, then nothing runs unless an operator asks for unshare', async () => {
    const { sandbox, run } = await machineWith(UTIL_LINUX, { isProduction: true });
    const message = expect.stringMatching(/bubblewrap: .*not found.*SANDBOX=unshare needs only util-linux/);
    await expect(run('true')).rejects.toMatchObject({ code: 'SANDBOX_UNAVAILABLE', message });
    expect(sandbox.state()).toBe('unavailable');
    const asked = await machineWith(UTIL_LINUX, { mode: 'unshare', isProduction: true });
    expect(await asked.run('echo works')).toMatchObject({ stdout: 'works\n' });
  });

  test('given that the test of bubblewrap took too long, then unshare is used until bubblewrap is tested again after a minute', async () => {
    const { sandbox, run } = await machineWith(UTIL_LINUX, {});
    const bwrap = join(folders.at(-1)!, 'bwrap');
    writeFileSync(bwrap, '#!/bin/sh\nexec /usr/bin/sleep 60\n', { mode: 0o755 });
    expect(await sandbox.check()).toMatch(/^unshare, .* because of bubblewrap: a test command did not end/);
    rmSync(bwrap);
    symlinkSync('/usr/bin/bwrap', bwrap);
    expect(await run('echo works')).toMatchObject({ stdout: 'works\n' });
    expect(sandbox.state()).toBe('unshare');
    const now = performance.now.bind(performance);
    const later = vi.spyOn(performance, 'now').mockImplementation(() => now() + 61_000);
    onTestFinished(() => later.mockRestore());
    expect(await run('echo works')).toMatchObject({ stdout: 'works\n' });
    expect(sandbox.state()).toBe('bubblewrap');
  });

  test('given neither, then the error has the reasons of both', async () => {
    const { run } = await machineWith([], {});
    await expect(run('true')).rejects.toThrow(
      /bubblewrap: .*bwrap: not found; unshare: .*setpriv: not found/,
    );
  });
});

describe('SANDBOX=none', () => {
  const plain = () => openPlace({ settings: { mode: 'none' as const, searchPath: '' } });

  test('commands run as the server, but without its environment', async () => {
    process.env.CANARY = SECRET;
    const place = await plain();
    expect(await place.run('pwd; id -u; cat; env')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(new RegExp(`^${place.workspace}\\n${process.getuid!()}\\n`)),
    });
    expect((await place.run('env')).stdout).not.toContain(SECRET);
    delete process.env.CANARY;
  });

  test.each([
    { run: 'exit 3', exitCode: 3 },
    { run: ['no-such-program'] as const, exitCode: 127 },
    { run: ['sh', '-c', 'kill -9 $$'] as const, exitCode: 137 },
  ])('$run ends with $exitCode', async ({ run, exitCode }) => {
    expect(await (await plain()).run(run)).toMatchObject({ exitCode });
  });

  test('time, output and aborts have the same bounds', async () => {
    const { run } = await plain();
    const timed = await run('(trap "" TERM; sleep 77.7) & while :; do echo yes; done', {
      timeoutMs: 500,
      maxOutputBytes: 1_000,
    });
    expect(timed).toMatchObject({ timedOut: true, truncated: true, exitCode: 137 });
    const controller = new AbortController();
    const onOutput = () => controller.abort(new Error('cancelled'));
    await expect(run('echo; sleep 77.7', { signal: controller.signal, onOutput })).rejects.toThrow(
      'cancelled',
    );
    await run('sleep 77.7 & echo');
    // A signal is sent at once, but not always heeded at once.
    await expect.poll(() => processesWith('sleep\u000077.7')).toBe(false);
  });

  test('what leaves its process group does not hold up the result', async () => {
    const { run } = await plain();
    const result = await run('setsid sleep 3 & echo started', { timeoutMs: 10_000 });
    expect(result).toMatchObject({ exitCode: 0, stdout: 'started\n' });
    expect(result.durationMs).toBeLessThan(2_900);
  });

  test('a working directory that no longer exists is reported', async () => {
    const { run, workspace } = await plain();
    const gone = run('true', { workspace: join(workspace, 'gone') });
    await expect(gone).rejects.toMatchObject({ code: 'SANDBOX_UNAVAILABLE' });
  });

  test('tools and diffs work alike', async () => {
    const { sandbox, workspace, run } = await plain();
    const call = (name: string, input: unknown) =>
      TOOLS.find(({ definition }) => definition.name === name)!.run({ sandbox, workspace, signal }, input);
    await run('git init -q; echo old >a; git add a; git -c user.name=a -c user.email=a@b commit -qm 1');
    const start = await takeSnapshot(sandbox, workspace, signal);
    await call('write_file', { path: 'b/c', content: 'new\n' });
    await call('edit_file', { path: 'a', old_text: 'old', new_text: 'less old' });
    expect(await call('terminal', { command: 'cat a b/c' })).toEqual({
      output: 'less old\nnew\n[exit code 0]',
      isError: false,
    });
    expect(await call('search', { pattern: 'old' })).toMatchObject({ output: './a:1:less old' });
    const diff = await diffSince(sandbox, workspace, start, signal);
    expect(diff).toContain('-old\n+less old\n');
    expect(diff).toContain('+++ b/b/c\n');
  });
});

describe.runIf(isRoot).each(ISOLATION_NAMES)('a server that is not root, by %s', (mode) => {
  const NOBODY = '65534';

  test('has the same sandbox, under its own uid', async () => {
    // The folder of the project may be closed to other users, so it is mounted at a path that is open to them.
    const base = realpathSync(mkdtempSync(join(tmpdir(), 'not-root-')));
    chmodSync(base, 0o755);
    const project = resolve(import.meta.dirname, '../../..');
    for (const folder of ['project', 'modules', 'workspace']) mkdirSync(join(base, folder));
    const modules = realpathSync(join(project, 'node_modules'));
    const script = `set -e
      chown ${NOBODY} ${base}/workspace
      mount --bind ${project} ${base}/project; mount --bind ${modules} ${base}/modules
      exec setpriv --reuid ${NOBODY} --regid ${NOBODY} --clear-groups --inh-caps=-all \\
        ${base}/modules/.bin/node ${base}/project/test/engine/sandbox/sandboxed-command.ts ${mode} ${base}/workspace "$1"`;
    const command = `id -u; whoami; touch here && ls; ls ${base}; ls ${base}/project; grep CapEff /proc/self/status
      touch /usr/x; unshare -U true; (exec 3<>/dev/tcp/127.0.0.1/22); setsid sleep 55.5 & echo done`;
    const child = spawn('unshare', ['--mount', 'bash', '-c', script, 'bash', command], { stdio: 'pipe' });
    const [stdout, stderr] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ]);
    rmSync(base, { recursive: true });
    expect(stdout, stderr).not.toBe('');
    const result = JSON.parse(stdout);
    expect(result.stdout).toBe(`${NOBODY}\nagent\nhere\nworkspace\nCapEff:\t0000000000000000\ndone\n`);
    expect(result.stderr).toMatch(
      /project[\s\S]*Read-only file system[\s\S]*(not permitted|No space left)[\s\S]*refused/,
    );
    expect(processesWith('sleep\u000055.5')).toBe(false);
  });
});

test.runIf(isRoot).each(ISOLATION_NAMES)(
  'by %s, what is mounted below the folders of the system cannot be changed either',
  async (mode) => {
    const { path, remove } = await createFolder();
    chownSync(path, 23_456, 23_456);
    const fixture = join(import.meta.dirname, './sandboxed-command.ts');
    const script = `for folder in games src; do mount -t tmpfs -o mode=777 none /usr/local/$folder; done
      exec "$@"`;
    const command = 'for folder in games src; do touch /usr/local/$folder/x; done; touch x && ls';
    const { stdout } = await promisify(execFile)('unshare', [
      ...['--mount', 'bash', '-c', script, 'bash', process.execPath, fixture, mode, path, command],
    ]);
    const { stdout: listed, stderr } = JSON.parse(stdout);
    expect(listed).toBe('x\n');
    expect(stderr.match(/Read-only file system/g)).toHaveLength(2);
    await remove();
  },
);

function processesWith(command: string): boolean {
  return readdirSync('/proc').some((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith(command);
    } catch {
      return false;
    }
  });
}

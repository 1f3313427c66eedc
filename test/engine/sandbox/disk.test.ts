import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { takeSnapshot } from '../../../src/engine/workspaces/workspace-diff.ts';
import { isRoot, openWorkPlace, type WorkPlace, type WorkPlaceOptions } from './work-place.ts';

const MiB = 2 ** 20;
const signal = new AbortController().signal;

const open: { place: WorkPlace; mount: string | null }[] = [];
afterEach(() => {
  for (const { place, mount } of open.splice(0)) {
    if (mount) execFileSync('umount', [mount]);
    place.close();
  }
});

/** Working directories on a disk of its own, where the tests may mount one, and otherwise on the system's. */
async function placeOnDisk(size: string, limits: WorkPlaceOptions['limits'] = {}): Promise<WorkPlace> {
  const roots: string[] = [];
  const place = await openWorkPlace({ limits: { ...limits }, settings: { roots } });
  roots.push(join(place.dataDir, 'workspaces'));
  const mount = join(place.dataDir, 'workspaces');
  open.push({ place, mount });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=711`, 'none', mount]);
  mkdirSync(place.workspace, { recursive: true });
  const workspace = await place.newWorkspace();
  return { ...place, workspace, run: (run, options) => place.run(run, { workspace, ...options }) };
}

async function placeInRoot(limits: WorkPlaceOptions['limits']): Promise<WorkPlace> {
  const roots: string[] = [];
  const place = await openWorkPlace({ limits: { ...limits }, settings: { roots } });
  roots.push(join(place.dataDir, 'workspaces'));
  open.push({ place, mount: null });
  return place;
}

const fill = (mebibytes: number, name = 'x') => `head -c ${mebibytes}M /dev/zero >${name}`;

describe.runIf(isRoot)('the reserve', () => {
  const reserve = { diskReserve: 128 * MiB };

  test('ends the command that takes from it, and no other starts before there is more', async () => {
    const { run } = await placeOnDisk('256m', reserve);
    const slowly = 'for i in $(seq 100); do head -c 4M /dev/zero >$i; sleep 0.05; done';
    const result = await run(slowly, { timeoutMs: 60_000 });
    expect(result).toMatchObject({
      exitCode: 137,
      exceeded: expect.stringMatching(/the server's disk has only \d+ MiB left, and 128 MiB are reserved/),
    });
    await expect(run('true')).rejects.toMatchObject({
      code: 'DISK_RESERVE_REACHED',
      message: expect.stringMatching(/no command can start: the server's disk has only \d+ MiB left/),
    });
    // What changes nothing is not refused: an agent's diff is of what it did before.
    const { stdout } = await run('ls | head -n 1; rm *', { isReading: true });
    expect(stdout).toBe('1\n');
  });

  test('holds however many try, one after the other', async () => {
    const place = await placeOnDisk('256m', reserve);
    for (let turn = 0; turn < 5; turn += 1) {
      await place.run(fill(100, `file-${turn}`)).catch((error) => error);
    }
    const { stdout } = await place.run('df --output=avail -m . | tail -n 1', { isReading: true });
    // At most what one command can write between two looks.
    expect(Number(stdout)).toBeGreaterThan(10);
  });
});

describe('the quota of an account', () => {
  test('counts all its working directories, and no other account’s', async () => {
    const place = await placeInRoot({ account: 150 * MiB });
    const accountId = place.tenant.userId;
    const second = await place.newWorkspace();
    expect(await place.run(fill(100), { accountId })).toMatchObject({ exitCode: 0, exceeded: null });
    const slowly = 'for i in $(seq 100); do head -c 20M /dev/zero >$i; sleep 0.05; done';
    const result = await place.run(slowly, { accountId, workspace: second, timeoutMs: 60_000 });
    expect(result).toMatchObject({
      exitCode: 137,
      exceeded: expect.stringMatching(
        /the working directories of the account hold \d+ MiB, and the limit is 150 MiB/,
      ),
    });
    for (const workspace of [second, place.workspace]) {
      const written = await place.run('echo x >new', { accountId, workspace });
      expect(written).toMatchObject({
        stderr: expect.stringMatching(/only delete files now: the working directories of the account hold/),
      });
    }
    const other = { userId: randomUUID(), isAdmin: false };
    const theirs = await place.newWorkspace(other);
    expect(await place.run(fill(10), { accountId: other.userId, workspace: theirs })).toMatchObject({
      exitCode: 0,
    });
  });

  test('is not to be passed by many small steps', async () => {
    const place = await placeInRoot({ account: 100 * MiB });
    const accountId = place.tenant.userId;
    const outcomes: string[] = [];
    for (let turn = 0; turn < 6; turn += 1) {
      const { stderr } = await place.run(fill(30, `file-${turn}`), { accountId });
      outcomes.push(stderr.includes('only delete') ? 'full' : 'done');
    }
    expect(outcomes).toEqual(['done', 'done', 'done', 'done', 'full', 'full']);
    // It can help itself.
    expect(await place.run('rm file-*', { accountId })).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await place.run(fill(30), { accountId })).toMatchObject({ exitCode: 0, stderr: '' });
  });

  test('counts what is in folders that are closed', async () => {
    const place = await placeInRoot({ account: 50 * MiB });
    const accountId = place.tenant.userId;
    await place.run(`mkdir closed && ${fill(60, 'closed/x')} && chmod 0 closed`, { accountId });
    const { stderr } = await place.run('echo x >new', { accountId });
    expect(stderr).toContain('only delete files now');
  });

  test('far beyond it no command starts', async () => {
    const place = await placeInRoot({ account: 10 * MiB });
    const accountId = place.tenant.userId;
    execFileSync('sh', ['-c', 'head -c 1100M /dev/zero >x'], { cwd: place.workspace });
    await expect(place.run('true', { accountId })).rejects.toMatchObject({
      code: 'DISK_QUOTA_EXCEEDED',
      message: expect.stringMatching(/no command can start: .* hold 1,1\d\d MiB, and the limit is 10 MiB/),
    });
  });

  test('is taken as passed when it takes too long to find out', async () => {
    const place = await placeInRoot({ measuringMs: 1 });
    // In another working directory of the account; to look at them takes many times as long.
    const other = join(place.workspace, '../other');
    mkdirSync(other);
    execFileSync('bash', ['-c', 'seq 20000 | xargs touch'], { cwd: other });
    const { stderr } = await place.run('echo x >new', { accountId: place.tenant.userId });
    expect(stderr).toContain('could not be determined within 0.001 s');
    expect(await takeSnapshot(place.sandbox, place.workspace, signal)).toMatchObject({ kind: 'files' });
  });
});

describe('commands at once', () => {
  test('wait for those of their account, which is not their own time, and can be cancelled', async () => {
    const place = await placeInRoot({ commandsPerAccount: 1 });
    const accountId = place.tenant.userId;
    const { promise: begun, resolve } = Promise.withResolvers<void>();
    const controller = new AbortController();
    const first = place.run('echo begun; until [ -e go ]; do sleep 0.05; done', {
      accountId,
      onOutput: () => resolve(),
    });
    await begun;
    const second = place.run('sleep 0.1', { accountId, timeoutMs: 2_000 });
    const third = place.run('touch third', { accountId, signal: controller.signal });
    controller.abort(new Error('cancelled'));
    await expect(third).rejects.toThrow('cancelled');
    // Of another account, and so at once.
    expect(await place.run('sleep 2.5; touch go', { accountId: randomUUID() })).toMatchObject({
      exitCode: 0,
    });
    expect(await first).toMatchObject({ exitCode: 0 });
    expect(await second).toMatchObject({ exitCode: 0, timedOut: false });
    expect((await place.run('ls', { accountId })).stdout).toBe('go\n');
  });
});

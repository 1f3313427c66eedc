import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Tenant, uidOf } from '../../src/rules/workspaces/workspace.ts';
import { openRelocatedWorkspace } from '../../src/workspaces/relocated-workspace.ts';
import { openWorkspace, type WorkspaceSettings } from '../../src/workspaces/workspaces.ts';

const isRoot = process.getuid?.() === 0;

let base: string;
let settings: WorkspaceSettings;
let me: Tenant;
let own: string;

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'relocated-')));
  // Root's commands would be another user's.
  const root = join(base, 'data/workspaces');
  settings = { dataDir: join(base, 'data'), workspaceRoots: [root], sandbox: isRoot ? 'none' : 'bubblewrap' };
  me = { userId: randomUUID(), isAdmin: false };
  own = join(root, me.userId);
  mkdirSync(join(base, 'outside'), { recursive: true });
  writeFileSync(join(base, 'outside/secret'), 'secret');
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const open = (named: string, tenant = me) => openRelocatedWorkspace(settings, tenant, named, 'directory');

async function refusal(named: string, tenant = me): Promise<string> {
  return open(named, tenant).then(
    (path) => expect.unreachable(`${path} was given`),
    ({ message }) => message,
  );
}

/** Names, owners, sizes and times of all that is outside of the user's own folder. */
function surroundings(): string {
  const print = ['-printf', '%p %y %m %U:%G %s %T@ %C@\n'];
  return execFileSync('find', [base, '-path', own, '-prune', '-o', ...print], { encoding: 'utf8' });
}

describe('an absolute path of another machine', () => {
  test('is made below the own folder, as the user', async () => {
    expect(await open('/path/to/project')).toBe(join(own, 'path/to/project'));
    expect(await open('//path/to/./project/')).toBe(join(own, 'path/to/project'));
    for (const name of ['path', 'path/to', 'path/to/project'])
      expect(statSync(join(own, name)).uid).toBe(isRoot ? uidOf(me) : process.getuid!());
  });

  test('is so whether or not there is such a folder here, which is neither read nor changed', async () => {
    await open('/first');
    const before = surroundings();
    for (const named of [
      '/etc',
      '/tmp',
      join(base, 'outside'),
      join(base, 'outside/new'),
      settings.dataDir,
    ]) {
      expect(await open(named)).toBe(join(own, named));
      expect(execFileSync('ls', ['-A', join(own, named)], { encoding: 'utf8' })).not.toContain('secret');
    }
    expect(surroundings()).toBe(before);
  });

  test('of another account is the own one of that name', async () => {
    const other = { userId: randomUUID(), isAdmin: false };
    const theirs = await open('/theirs', other);
    expect(await open(theirs)).toBe(join(own, theirs));
    expect(await open(theirs, other)).toBe(theirs);
  });

  test('that is below the own folder already stays what it is', async () => {
    const path = await open('/path/to/project');
    expect(await open(path)).toBe(path);
    expect(await open('project')).toBe(join(own, 'project'));
  });

  test.each(['/..', '/path/../../x', '/path/to/..', '../x', 'a/../../x'])(
    'with .. is refused: %s',
    async (named) => {
      await open('/path');
      const before = surroundings();
      expect(await refusal(named)).toMatch(/^directory: (must not contain \.\.|is not a permitted folder)/);
      expect(surroundings()).toBe(before);
    },
  );

  test.each(['/', '/.', '/.template-x/y'])('that is no folder of its own is refused: %s', async (named) => {
    expect(await refusal(named)).toContain('is not a permitted folder');
  });
});

describe('links of the user’s commands', () => {
  test.each(['/path', '/path/to', '/path/to/project'])('at %s lead nowhere outside', async (place) => {
    await open('/seed');
    mkdirSync(join(own, place, '..'), { recursive: true });
    symlinkSync(join(base, 'outside'), join(own, place));
    const before = surroundings();
    expect(await refusal('/path/to/project/new')).toMatch(/is not a permitted folder|cannot be used/);
    expect(surroundings()).toBe(before);
    expect(lstatSync(join(own, place)).isSymbolicLink()).toBe(true);
  });
});

describe('the local admin of a server that only this machine reaches', () => {
  let admin: Tenant;

  beforeEach(() => {
    admin = { userId: randomUUID(), isAdmin: true };
    settings = { ...settings, operatorAccountId: admin.userId };
  });

  test('may name existing folders of the server’s own user', async () => {
    const project = join(base, 'outside');
    symlinkSync(project, join(base, 'link'));
    for (const named of [project, join(base, 'link')]) {
      expect(await open(named, admin)).toBe(project);
      // As the worker opens the folder of a session.
      expect(await openWorkspace(settings, admin, named, 'x')).toBe(project);
    }
  });

  test('gets a missing one below the own folder, as all others do, and nothing is made elsewhere', async () => {
    await open('/first', admin);
    const missing = join(base, 'outside/new/deeper');
    const theirs = join(settings.workspaceRoots[0]!, admin.userId);
    expect(await open(missing, admin)).toBe(join(theirs, missing));
    expect(await open('/path/to/project', admin)).toBe(join(theirs, 'path/to/project'));
    await expect(openWorkspace(settings, admin, missing, 'x')).rejects.toThrow(/cannot be used: ENOENT/);
    expect(execFileSync('ls', [join(base, 'outside')], { encoding: 'utf8' })).toBe('secret\n');
  });

  test('is refused the server’s folders, files, and the folder of everything', async () => {
    const refused = ['/', settings.dataDir, join(settings.dataDir, 'postgres'), import.meta.dirname];
    mkdirSync(join(settings.dataDir, 'postgres'), { recursive: true });
    for (const named of refused) expect(await refusal(named, admin)).toContain('is not a permitted folder');
    expect(await refusal(join(base, 'outside/secret'), admin)).toMatch(/cannot be used: .*not a folder/);
  });

  describe('in the home folder', () => {
    let home: string;

    beforeEach(() => {
      home = join(base, 'home');
      for (const name of ['.ssh', '.config/systemd/user', 'project/.config'])
        mkdirSync(join(home, name), { recursive: true });
      // Of a system whose home folders are links.
      symlinkSync(home, join(base, 'home-link'));
      vi.stubEnv('HOME', join(base, 'home-link'));
      symlinkSync('../.ssh', join(home, 'project/keys'));
      symlinkSync(join(base, 'outside'), join(home, '.elsewhere'));
    });
    afterEach(() => void vi.unstubAllEnvs());

    test('may name projects, also what is hidden in them', async () => {
      expect(await open(join(home, 'project/.config'), admin)).toBe(join(home, 'project/.config'));
    });

    test.each([
      'home/.ssh',
      'home-link/.ssh',
      'home/.config',
      'home/.config/systemd/user',
      'home/project/../.ssh/.',
      'home/project/keys',
      'home-link/project/keys',
      // It leads out of the home folder.
      'home/.elsewhere',
    ])('is refused hidden folders, by whatever path: %s', async (path) => {
      const named = `${base}/${path}`;
      const error = await openWorkspace(settings, admin, named, 'directory').catch((thrown) => thrown);
      expect(error).toMatchObject({
        code: 'VALIDATION_ERROR',
        details: { field: 'directory', allowed: settings.workspaceRoots },
        message: expect.stringMatching(
          /^directory: is not a permitted folder; .*existing folders of the server's own user, except hidden ones of its home directory/,
        ),
      });
      if (!path.includes('..')) expect(await refusal(named, admin)).toBe(error.message);
    });
  });

  test.each(['/run', '/proc/self/task', '/sys/kernel', '/dev/shm', 'link'])(
    'is refused what the system keeps while it runs, also by a link: %s',
    async (path) => {
      symlinkSync('/dev/shm', join(base, 'link'));
      const named = path === 'link' ? join(base, 'link') : path;
      expect(await refusal(named, admin)).toMatch(
        /is not a permitted folder.*those in \/run, \/proc, \/sys, \/dev/,
      );
    },
  );

  test.runIf(isRoot)('is refused folders of others, and where commands would have to be root', async () => {
    chownSync(join(base, 'outside'), 12_345, 12_345);
    const ofOther = await refusal(join(base, 'outside'), admin);
    expect(ofOther).toContain("it does not belong to the server's own user");
    expect(ofOther).toContain("and existing folders of the server's own user");
    chownSync(join(base, 'outside'), 0, 0);
    settings = { ...settings, sandbox: 'bubblewrap' };
    expect(await refusal(join(base, 'outside'), admin)).toContain('it belongs to root');
  });

  test('is the only one: other admins and its own templates are not', async () => {
    const project = join(base, 'outside');
    const other = { userId: randomUUID(), isAdmin: true };
    expect(await open(project, other)).toBe(join(settings.workspaceRoots[0]!, other.userId, project));
    for (const tenant of [other, { ...admin, isAdmin: false }, { ...admin, isTemplate: true }])
      await expect(openWorkspace(settings, tenant, project, 'x')).rejects.toThrow(
        'is not a permitted folder',
      );
  });
});

import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DomainError } from '../../src/errors.ts';
import { type Tenant, templateFolder, uidOf } from '../../src/rules/workspaces/workspace.ts';
import {
  makeWorkspace,
  openWorkspace,
  removeWorkspace,
  type WorkspaceSettings,
} from '../../src/workspaces/workspaces.ts';

const isRoot = process.getuid?.() === 0;

let base: string;
let settings: WorkspaceSettings;
let me: Tenant;
let own: string;

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'workspaces-')));
  settings = {
    dataDir: join(base, 'data'),
    workspaceRoots: [join(base, 'data/workspaces')],
    sandbox: 'bubblewrap',
  };
  me = { userId: randomUUID(), isAdmin: false };
  own = join(base, 'data/workspaces', me.userId);
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

async function refusal(named: string, tenant = me): Promise<DomainError> {
  return openWorkspace(settings, tenant, named, 'input.workingDirectory').then(
    (path) => expect.unreachable(`${path} was given`),
    (error) => error,
  );
}

/** Follows no links. */
function everything(): string {
  return execFileSync('find', [base], { encoding: 'utf8' });
}

describe('a working directory', () => {
  test('of a template, where git may be online, is nobody else’s, by its name or by a link', async () => {
    const path = await openWorkspace(settings, { ...me, isTemplate: true }, templateFolder('x'), 'x');
    const mine = await openWorkspace(settings, me, 'mine', 'x');
    symlinkSync(path, join(mine, 'link'));
    for (const named of [templateFolder('x'), path, 'mine/link', `${path}/repository`]) {
      expect((await refusal(named)).code).toBe('VALIDATION_ERROR');
      expect((await refusal(named, { ...me, isAdmin: true })).code).toBe('VALIDATION_ERROR');
    }
  });

  test('that nobody named is fresh, the user’s own, and closed to others', async () => {
    const [first, second] = await Promise.all([
      makeWorkspace(settings, me, 'one'),
      makeWorkspace(settings, me, 'other'),
    ]);
    expect([first, second]).toEqual([join(own, 'one'), join(own, 'other')]);
    for (const path of [first, second]) {
      const { mode, uid } = statSync(path);
      expect({ mode: mode & 0o777, uid }).toEqual({
        mode: 0o700,
        uid: isRoot ? uidOf(me) : process.getuid!(),
      });
      expect(await openWorkspace(settings, me, path, 'x')).toBe(path);
    }
    // The folder of all of them stays the server's, so that no command can exchange one of them.
    expect(statSync(own).uid).toBe(process.getuid!());
  });

  test('of an id that was taken before is the same again, and the user’s', async () => {
    const path = await makeWorkspace(settings, me, 'taken');
    if (isRoot) chownSync(path, 0, 0);
    expect(await makeWorkspace(settings, me, 'taken')).toBe(path);
    expect(statSync(path).uid).toBe(isRoot ? uidOf(me) : process.getuid!());
  });

  test('is there for each of many who ask at once, before any folder is', async () => {
    const tenants = Array.from({ length: 10 }, () => ({ userId: randomUUID(), isAdmin: false }));
    const asked = [...tenants, ...tenants].map((tenant) => openWorkspace(settings, tenant, 'same', 'x'));
    const paths = await Promise.all(asked);
    expect(new Set(paths).size).toBe(10);
    for (const [index, tenant] of tenants.entries()) {
      expect(statSync(paths[index]!).uid).toBe(isRoot ? uidOf(tenant) : process.getuid!());
    }
  });

  test('that is named is made, with all above it, and is the same when it is named again', async () => {
    for (const named of ['project/deep/er', join(own, 'project/deep/er'), './project/x/../deep/er/']) {
      expect(await openWorkspace(settings, me, named, 'x')).toBe(join(own, 'project/deep/er'));
    }
    for (const path of ['project', 'project/deep', 'project/deep/er']) {
      expect(statSync(join(own, path)).uid).toBe(isRoot ? uidOf(me) : process.getuid!());
    }
  });

  test('through a link to another of one’s own is that other', async () => {
    const path = await openWorkspace(settings, me, 'real', 'x');
    symlinkSync(path, join(own, 'link'));
    expect(await openWorkspace(settings, me, 'link/below', 'x')).toBe(join(path, 'below'));
  });

  test('of an operator’s choice is an admin’s to name', async () => {
    settings = { ...settings, workspaceRoots: [join(base, 'projects')] };
    const project = join(base, 'projects/site');
    mkdirSync(project, { recursive: true });
    if (isRoot) chownSync(project, 12_345, 12_345);
    expect(await openWorkspace(settings, { ...me, isAdmin: true }, project, 'x')).toBe(project);
    expect(await refusal(project)).toMatchObject({
      code: 'VALIDATION_ERROR',
      message: `input.workingDirectory: is not a permitted folder; allowed are folders below ${join(base, 'projects', me.userId)}`,
      details: { field: 'input.workingDirectory', allowed: [join(base, 'projects', me.userId)] },
    });
    expect(statSync(project).uid).toBe(isRoot ? 12_345 : process.getuid!());
  });

  test.runIf(isRoot)('that is root’s is refused, and left as it is', async () => {
    settings = { ...settings, workspaceRoots: [join(base, 'projects')] };
    mkdirSync(join(base, 'projects/site'), { recursive: true });
    const error = await refusal(join(base, 'projects/site'), { ...me, isAdmin: true });
    expect(error).toMatchObject({ code: 'VALIDATION_ERROR', message: expect.stringContaining('chown') });
    expect(statSync(join(base, 'projects/site')).uid).toBe(0);
    // Without a sandbox commands run as root, and it is theirs.
    settings = { ...settings, sandbox: 'none' };
    const admin = { ...me, isAdmin: true };
    expect(await openWorkspace(settings, admin, join(base, 'projects/site'), 'x')).toBeDefined();
  });
});

describe('refused, with nothing made', () => {
  beforeEach(async () => {
    await openWorkspace(settings, me, 'mine', 'x');
    const other = { userId: '01a1fead-307e-73c7-8d10-82d80090eb61', isAdmin: false };
    const path = await openWorkspace(settings, other, 'theirs', 'x');
    mkdirSync(join(settings.dataDir, 'postgres'));
    mkdirSync(join(base, 'outside'));
    writeFileSync(join(own, 'file'), '');
    symlinkSync(join(base, 'outside'), join(own, 'out'));
    symlinkSync(path, join(own, 'theirs'));
    symlinkSync(settings.dataDir, join(own, 'data'));
    symlinkSync(join(base, 'not-there'), join(own, 'dangling'));
    symlinkSync('loop', join(own, 'loop'));
  });

  test.each([
    '',
    '.',
    '..',
    '../01a1fead-307e-73c7-8d10-82d80090eb61/theirs',
    '../01a1fead-307e-73c7-8d10-82d80090eb61/new',
    '../x',
    '../../postgres',
    '../../new',
    '/',
    '/etc',
    '/tmp',
    'mine/../../../../outside',
    'out',
    'out/new',
    'theirs',
    'theirs/new',
    'data/postgres',
    'data/new',
    'dangling',
    'dangling/new',
    'loop',
    'loop/new',
    'file',
    'file/new',
    'x'.repeat(300),
    'a\0b',
  ])('%j', async (named) => {
    const before = everything();
    const problem = named === 'file' ? /cannot be used: EEXIST/ : /is not a permitted folder; allowed are/;
    expect(await refusal(named)).toMatchObject({
      code: 'VALIDATION_ERROR',
      message: expect.stringMatching(problem),
      details: { field: 'input.workingDirectory', allowed: [own] },
    });
    expect(everything()).toBe(before);
    expect(existsSync(join(base, 'not-there'))).toBe(false);
  });
});

describe('below a folder that commands can write', () => {
  test.runIf(isRoot)('folders are made as its owner, in an operator’s folder, too', async () => {
    settings = { ...settings, workspaceRoots: [join(base, 'projects')] };
    mkdirSync(join(base, 'projects/site'), { recursive: true });
    chownSync(join(base, 'projects/site'), 12_345, 12_345);
    const admin = { ...me, isAdmin: true };
    const path = await openWorkspace(settings, admin, join(base, 'projects/site/a/b'), 'x');
    expect(statSync(path)).toMatchObject({ uid: 12_345, gid: 12_345, mode: 0o40700 });
    // Directly in the root only the operator can exchange it.
    const fresh = await openWorkspace(settings, admin, join(base, 'projects/fresh'), 'x');
    expect(statSync(fresh).uid).toBe(uidOf(admin));
  });

  test.runIf(isRoot)('root’s folder that others can write gets nothing', async () => {
    settings = { ...settings, workspaceRoots: [join(base, 'projects')] };
    mkdirSync(join(base, 'projects/site/shared'), { recursive: true });
    chmodSync(join(base, 'projects/site/shared'), 0o777);
    chownSync(join(base, 'projects/site'), 12_345, 12_345);
    const error = await refusal(join(base, 'projects/site/shared/x'), { ...me, isAdmin: true });
    expect(error.message).toContain('the parent folder belongs to root, and other users can write to it');
    expect(readdirSync(join(base, 'projects/site/shared'))).toEqual([]);
  });

  test('no more than 16 are made at once', async () => {
    const named = (count: number) => ['w', ...Array.from({ length: count }, () => 'x')].join('/');
    expect((await refusal(named(40))).message).toContain('more than 16 of its folders are missing');
    expect(await openWorkspace(settings, me, named(20), 'x')).toBe(join(own, named(20)));
  });
});

describe('removal', () => {
  test('takes all that is in it, and follows no link', async () => {
    const path = await makeWorkspace(settings, me, 'mine');
    mkdirSync(join(base, 'outside/folder'), { recursive: true });
    mkdirSync(join(path, 'closed/deep'), { recursive: true });
    symlinkSync(join(base, 'outside'), join(path, 'link'));
    writeFileSync(join(path, 'closed/deep/file'), '', { mode: 0 });
    await removeWorkspace(path);
    expect(readdirSync(own)).toEqual([]);
    expect(lstatSync(join(base, 'outside/folder')).isDirectory()).toBe(true);
    await removeWorkspace(path);
  });
});

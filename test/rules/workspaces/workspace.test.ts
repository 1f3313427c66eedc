import { describe, expect, test } from 'vitest';
import {
  allowedFolders,
  FIRST_UID,
  mayOperatorWorkIn,
  mayWorkIn,
  operatorAccount,
  relocated,
  templateFolder,
  uidOf,
  type WorkspaceFolders,
} from '../../../src/rules/workspaces/workspace.ts';

const ME = '01a1fead-307e-73c7-8d10-82d80090eb61';
const OTHER = '01a1fead-307e-73c7-8d10-82d80090eb62';

/** As on a machine of one's own: everything in the folder of the program. */
const usual: WorkspaceFolders = {
  roots: ['/app/.data/workspaces'],
  data: '/app/.data',
  open: '/app/.data/workspaces',
  application: '/app',
  home: '/home/ann',
};
/** As an operator may have it. */
const chosen: WorkspaceFolders = {
  roots: ['/srv', '/srv/team', '/app/work'],
  data: '/srv/data',
  open: '/srv/data/workspaces',
  application: '/app',
  home: '/home/ann',
};

describe('where a user may work', () => {
  test.each([
    { path: `/app/.data/workspaces/${ME}/x`, folders: usual, user: true, admin: true },
    { path: `/app/.data/workspaces/${ME}/x/y/z`, folders: usual, user: true, admin: true },
    // All of one's own directories at once is none of them.
    { path: `/app/.data/workspaces/${ME}`, folders: usual, user: false, admin: false },
    { path: `/app/.data/workspaces/${OTHER}/x`, folders: usual, user: false, admin: false },
    { path: `/app/.data/workspaces/${OTHER}`, folders: usual, user: false, admin: false },
    { path: '/app/.data/workspaces/project', folders: usual, user: false, admin: true },
    { path: '/app/.data/workspaces', folders: usual, user: false, admin: false },
    { path: '/app/.data/workspaces-of-old/x', folders: usual, user: false, admin: false },
    { path: '/app/.data/postgres', folders: usual, user: false, admin: false },
    { path: '/app/.data', folders: usual, user: false, admin: false },
    { path: '/app/src', folders: usual, user: false, admin: false },
    { path: '/app', folders: usual, user: false, admin: false },
    { path: '/', folders: usual, user: false, admin: false },
    { path: '/etc', folders: usual, user: false, admin: false },

    { path: `/srv/${ME}/x`, folders: chosen, user: true, admin: true },
    { path: `/srv/team/${ME}/x`, folders: chosen, user: true, admin: true },
    { path: `/app/work/${ME}/x`, folders: chosen, user: true, admin: true },
    { path: '/srv/project', folders: chosen, user: false, admin: true },
    { path: '/srv/project/deep/er', folders: chosen, user: false, admin: true },
    { path: '/srv/team/project', folders: chosen, user: false, admin: true },
    { path: `/srv/${OTHER}/x`, folders: chosen, user: false, admin: false },
    { path: `/srv/team/${OTHER}/x`, folders: chosen, user: false, admin: false },
    // A root in a root: what is in the inner one belongs to those whom the inner one says.
    { path: '/srv/team', folders: chosen, user: false, admin: false },
    { path: '/srv', folders: chosen, user: false, admin: false },
    { path: '/srv/data', folders: chosen, user: false, admin: false },
    { path: '/srv/data/postgres', folders: chosen, user: false, admin: false },
    { path: '/srv/data/workspaces', folders: chosen, user: false, admin: false },
    { path: '/app/src', folders: chosen, user: false, admin: false },
    { path: '/app/work', folders: chosen, user: false, admin: false },
    { path: '/service', folders: chosen, user: false, admin: false },
    { path: '/srv/project', folders: { ...chosen, roots: ['/'] }, user: false, admin: true },
    { path: '/', folders: { ...chosen, roots: ['/'] }, user: false, admin: false },
    { path: '/srv', folders: { ...chosen, roots: ['/'] }, user: false, admin: false },
    { path: '/app/src', folders: { ...chosen, roots: ['/'] }, user: false, admin: false },
    // A root that an operator put where the data is opens nothing of it.
    {
      path: '/srv/data/postgres/base',
      folders: { ...chosen, roots: ['/srv/data/postgres'] },
      user: false,
      admin: false,
    },
  ])('$path: $user, an admin $admin', ({ path, folders, user, admin }) => {
    expect(mayWorkIn(path, { userId: ME, isAdmin: false }, folders)).toBe(user);
    expect(mayWorkIn(path, { userId: ME, isAdmin: true }, folders)).toBe(admin);
  });

  test('what is a template’s is nobody else’s, and the other way round', () => {
    const of = (isTemplate: boolean, isAdmin = false) => ({ userId: ME, isAdmin, isTemplate });
    const may = (name: string, tenant: ReturnType<typeof of>) =>
      mayWorkIn(`/app/.data/workspaces/${ME}/${name}`, tenant, usual);
    for (const name of [templateFolder('x'), `${templateFolder('x')}/repository`]) {
      expect([may(name, of(true)), may(name, of(false)), may(name, of(false, true))]).toEqual([
        true,
        false,
        false,
      ]);
    }
    expect(may('x', of(true))).toBe(false);
  });

  test('and what they are told', () => {
    expect(allowedFolders({ userId: ME, isAdmin: false }, usual)).toEqual([`/app/.data/workspaces/${ME}`]);
    expect(allowedFolders({ userId: ME, isAdmin: true }, chosen)).toEqual(['/srv', '/srv/team', '/app/work']);
  });
});

test('a user’s uid is always the same, and no system account’s', () => {
  const uids = [ME, ME, OTHER, 'ffffffff-ffff-7fff-bfff-ffffffffffff'].map((userId) =>
    uidOf({ userId, isAdmin: false }),
  );
  expect(uids[0]).toBe(uids[1]);
  expect(uids[0]).not.toBe(uids[2]);
  for (const uid of uids) {
    expect(uid).toBeGreaterThanOrEqual(FIRST_UID);
    expect(uid).toBeLessThan(1_600_000_000);
  }
});

describe('the local admin', () => {
  test.each(['127.0.0.1', '127.1.2.3', 'localhost', '::1'])('is the owner of a server on %s', (host) => {
    expect(operatorAccount({ host, localAdminId: ME })).toBe(ME);
    expect(operatorAccount({ host, localAdminId: null })).toBeNull();
  });

  test.each(['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example.com', 'localhost.example.com', ''])(
    'is not on %j, which others reach',
    (host) => expect(operatorAccount({ host, localAdminId: ME })).toBeNull(),
  );

  test.each([
    { path: '/home/ann/project', may: true },
    { path: '/home/ann', may: false },
    { path: '/home', may: false },
    { path: '/', may: false },
    { path: '/app', may: false },
    { path: '/app/src', may: false },
    { path: '/app/.data/postgres', may: false },
    { path: `/app/.data/workspaces/${OTHER}/x`, may: false },
    { path: '/application', may: true },
    { path: '/home/ann/project/.config', may: true },
    { path: '/home/ann/.ssh', may: false },
    { path: '/home/ann/.config/systemd/user', may: false },
    { path: '/home/ann/.local/bin', may: false },
    // Another's, which the owner of the folder decides.
    { path: '/home/bob/.project', may: true },
    { path: '/run', may: false },
    { path: '/run/user/1000', may: false },
    { path: '/proc/self/task', may: false },
    { path: '/sys/kernel', may: false },
    { path: '/dev/shm/x', may: false },
    { path: '/developer', may: true },
    { path: '/srv/run', may: true },
  ])('in $path: $may', ({ path, may }) => expect(mayOperatorWorkIn(path, usual)).toBe(may));

  test('in hidden folders of a home that is the folder of everything: no', () => {
    expect(mayOperatorWorkIn('/.ssh', { ...usual, home: '/' })).toBe(false);
    expect(mayOperatorWorkIn('/project', { ...usual, home: '/' })).toBe(true);
  });
});

test.each([
  ['/path/to/project', 'path/to/project'],
  ['//path//to/./project/', 'path/to/project'],
  ['/', ''],
  ['/a/../b', null],
  ['/..', null],
  ['/a..b', 'a..b'],
])('%s is relocated to %j', (path, expected) => expect(relocated(path)).toBe(expected));

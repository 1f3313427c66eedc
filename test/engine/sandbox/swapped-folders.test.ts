import { execFile, execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const isRoot = process.getuid?.() === 0;
const FIXTURE = join(import.meta.dirname, './swapped-folders.ts');
const REMOVE = join(import.meta.dirname, './remove-workspace.ts');
const TRIES = 200;
/** Some account that is neither root nor a tenant's. */
const ANOTHER = 23_456;

const me = randomUUID();
const other = randomUUID();
let base: string;

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'swapped-')));
  chmodSync(base, 0o755);
  for (const path of [
    'data/postgres',
    'data/workspaces',
    `data/workspaces/${other}/theirs`,
    'outside/deep',
  ]) {
    mkdirSync(join(base, path), { recursive: true });
  }
  // What no check of permissions would keep anyone out of.
  for (const path of ['data/postgres', 'outside', 'outside/deep']) chmodSync(join(base, path), 0o777);
  writeFileSync(join(base, 'outside/file'), 'kept');
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

/** Names, modes, owners, sizes and times of all that is not the attacker's. */
function surroundings(): string {
  const own = join(base, 'data/workspaces', me);
  const print = ['-printf', '%p %y %m %U:%G %s %T@ %C@\n'];
  return execFileSync('find', [base, '-path', own, '-prune', '-o', ...print], { encoding: 'utf8' });
}

/** @returns how often each answer came. */
async function attack(uid: number, given: object): Promise<Record<string, number>> {
  const request = JSON.stringify({ base, userId: me, tries: TRIES, ...given });
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, [FIXTURE, request], uid === 0 ? {} : { uid, gid: uid });
  return JSON.parse(stdout);
}

/** The server's accounts: its own, and where that is root another one, too. */
const servers = isRoot ? [0, ANOTHER] : [process.getuid!()];

describe.each(servers)('as uid %i, while a command exchanges a folder with a link', (uid) => {
  const others = () => [
    { target: join(base, 'outside'), swapped: 'x', named: 'w/x/NAME' },
    { target: '../../../../outside', swapped: 'x', named: 'w/x/NAME' },
    { target: join(base, 'data/postgres'), swapped: 'x', named: 'w/x/standby.signal' },
    { target: join(base, 'data/workspaces', other), swapped: 'x', named: 'w/x/NAME' },
    { target: join(base, 'data/workspaces', other, 'theirs'), swapped: 'x', named: 'w/x/NAME/deeper' },
    { target: join(base, 'outside/deep'), swapped: 'x', named: 'w/x' },
    { target: join(base, 'data/postgres/standby.signal'), swapped: 'x', named: 'w/x' },
    { target: join(base, 'outside'), swapped: 'a/b/x', named: 'w/a/b/x/NAME' },
    { target: join(base, 'outside'), swapped: 'x', named: 'w/x/deep/NAME/NAME' },
    { target: join(base, 'data/workspaces'), swapped: 'x', named: `w/x/${other}/NAME` },
  ];

  test.each(Array.from({ length: 10 }, (_, index) => index))(
    'nothing outside changes: attack %i',
    async (index) => {
      const given = others()[index]!;
      mkdirSync(join(base, 'data/workspaces', me), { mode: 0o700 });
      if (isRoot) execFileSync('chown', ['-R', `${uid}:${uid}`, base]);
      const before = surroundings();
      const answers = await attack(uid, given);
      expect(surroundings()).toBe(before);
      // Each try has its answer, and no other than these.
      const { opened = 0, VALIDATION_ERROR: refused = 0 } = answers;
      expect(opened + refused).toBe(TRIES);
    },
  );
});

test.each(servers)('as uid %i, folders that a command closed are removed with the rest', async (uid) => {
  const path = join(base, 'data/workspaces', me, 'w');
  mkdirSync(join(path, 'closed/deep'), { recursive: true });
  symlinkSync(join(base, 'outside'), join(path, 'closed/link'));
  writeFileSync(join(path, 'closed/deep/file'), '');
  if (isRoot) execFileSync('chown', ['-hR', `${uid}:${uid}`, base]);
  chmodSync(join(path, 'closed/deep'), 0);
  chmodSync(join(path, 'closed'), 0);
  const before = execFileSync('find', [join(base, 'outside'), '-printf', '%p %m %T@ %C@\n'], {
    encoding: 'utf8',
  });
  await promisify(execFile)(process.execPath, [REMOVE, path], uid === 0 ? {} : { uid, gid: uid });
  expect(existsSync(path)).toBe(false);
  expect(
    execFileSync('find', [join(base, 'outside'), '-printf', '%p %m %T@ %C@\n'], { encoding: 'utf8' }),
  ).toBe(before);
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, readlink, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { MikroORM } from '@mikro-orm/postgresql';
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { packageFor } from '../../src/embedded-postgres/binaries.ts';
import { completeLibraryLinks } from '../../src/embedded-postgres/library-links.ts';
import { chownTree, NOBODY } from '../../src/embedded-postgres/os-user.ts';
import { entities } from '../../src/store/entities/index.ts';
import { fixture } from '../harness/fixture.ts';
import {
  isRunning,
  killHard,
  openWorkbench,
  query,
  type Report,
  untilGone,
  type Workbench,
} from './workbench.ts';

const isRoot = process.getuid?.() === 0;

const made = fixture(openWorkbench, { stop: (made) => made.close() });
beforeAll(async () => {
  await (await made.start()).stop();
});

async function workbench(options: Parameters<typeof openWorkbench>[0] = {}): Promise<Workbench> {
  const bench = await openWorkbench(options);
  onTestFinished(() => bench.close());
  return bench;
}

/** With a database, where its making is not what is looked at: to copy it takes a tenth of the time. */
const benchWithDatabase = (below = '') => workbench({ below, ready: made.dataDir });

async function seed(url: string): Promise<void> {
  await query(url, `create table kept (word text); insert into kept values ('still here')`);
}

async function expectSeed(url: string): Promise<void> {
  expect(await query(url, 'select word from kept')).toEqual([{ word: 'still here' }]);
}

test('keeps its data over a restart, under a role without power and files without readers', async () => {
  const { start, dataDir, postmasterPid } = await workbench();
  const first = await start();
  await seed(first.url);
  expect(
    await query(
      first.url,
      `select rolsuper, current_database() as name, getdatabaseencoding() as encoding,
         current_setting('listen_addresses') as tcp from pg_roles where rolname = current_user`,
    ),
  ).toEqual([{ rolsuper: false, name: 'polyphony', encoding: 'UTF8', tcp: '' }]);
  expect((await stat(join(dataDir, 'postgres.secret'))).mode & 0o777).toBe(0o600);
  expect((await stat(join(dataDir, 'postgres'))).mode & 0o777).toBe(0o700);
  expect((await stat(join(dataDir, 'postgres'))).uid === 0).toBe(false);
  const pid = await postmasterPid();
  await Promise.all([first.stop(), first.stop()]);
  await untilGone(pid);
  const second = await start();
  expect(second.url).toBe(first.url);
  const orm = await MikroORM.init({ clientUrl: second.url, entities });
  expect(await orm.em.getConnection().execute('select word from kept')).toEqual([{ word: 'still here' }]);
  await orm.close();
});

test('tells when its programs begin to work: the maker of the database, and the server', async () => {
  const { start, dataDir } = await workbench();
  const there: boolean[] = [];
  const onLaunch = () => there.push(existsSync(join(dataDir, 'postgres')));
  await (await start(onLaunch)).stop();
  expect(there).toEqual([false, true]);
  await start(onLaunch);
  expect(there).toEqual([false, true, true]);
});

test('gives the server none of our environment and a session of its own', async () => {
  vi.stubEnv('SECRET_OF_OURS', 'do not tell');
  onTestFinished(() => void vi.unstubAllEnvs());
  const { start, postmasterPid } = await benchWithDatabase();
  await start();
  const pid = await postmasterPid();
  expect(await readFile(`/proc/${pid}/environ`, 'utf8')).not.toContain('SECRET_OF_OURS');
  const afterName = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ');
  expect(afterName?.slice(2, 4)).toEqual([String(pid), String(pid)]);
});

test('adopts the server of a killed owner', async () => {
  const { start, startElsewhere, postmasterPid } = await benchWithDatabase();
  const { child, report } = startElsewhere();
  const { url = '' } = await report;
  await seed(url);
  const pid = await postmasterPid();
  await killHard(child);
  expect(isRunning(pid)).toBe(true);
  const adopted = await start();
  expect(await postmasterPid()).toBe(pid);
  await expectSeed(adopted.url);
  await adopted.stop();
  await untilGone(pid);
});

test('brings a killed server up again under a living owner', async () => {
  const { start, startElsewhere, postmasterPid } = await benchWithDatabase();
  const { url } = await start();
  await seed(url);
  const pid = await postmasterPid();
  process.kill(pid, 'SIGKILL');
  await vi.waitFor(() => expectSeed(url), { timeout: 10_000, interval: 50 });
  expect(await postmasterPid()).not.toBe(pid);
  expect((await startElsewhere().report).error).toContain('in use by another Polyphony');
});

test('starts after owner and server were killed together, with a query running', async () => {
  const { start, startElsewhere, postmasterPid } = await benchWithDatabase();
  const { child, report } = startElsewhere();
  const { url = '' } = await report;
  await seed(url);
  const running = query(url, 'select pg_sleep(60)').catch(() => {});
  await delay(100);
  process.kill(await postmasterPid(), 'SIGKILL');
  await killHard(child);
  await expectSeed((await start()).url);
  await running;
});

test('is not fooled by a lock file whose pid belongs to another program now', async () => {
  const { start, dataDir } = await benchWithDatabase();
  const first = await start();
  await seed(first.url);
  await first.stop();
  const { uid, gid } = await stat(join(dataDir, 'postgres'));
  const stranger = spawn('sleep', ['60'], { stdio: 'ignore', ...(isRoot ? { uid, gid } : {}) });
  onTestFinished(() => killHard(stranger));
  await once(stranger, 'spawn');
  const lock = [stranger.pid, join(dataDir, 'postgres'), 1, 5432, join(dataDir, 'run'), '', '', 'ready', ''];
  await writeFile(join(dataDir, 'postgres/postmaster.pid'), lock.join('\n'));
  await writeFile(join(dataDir, 'run/.s.PGSQL.5432.lock'), lock.join('\n'));
  await expectSeed((await start()).url);
  expect(stranger.exitCode).toBeNull();
});

test('refuses a second owner and leaves the first alone', async () => {
  const { start, startElsewhere, dataDir } = await benchWithDatabase();
  const { url } = await start();
  const { error } = await startElsewhere().report;
  expect(error).toBe(`DATA_DIR ${dataDir} is in use by another Polyphony (pid ${process.pid})`);
  await seed(url);
  await expectSeed(url);
});

test('of concurrent first starts one wins and the others say why not', async () => {
  const { startElsewhere, dataDir } = await workbench();
  const starts = [startElsewhere(), startElsewhere(), startElsewhere()];
  const reports = await Promise.all(starts.map(({ report }): Promise<Report> => report));
  const winners = reports.filter(({ url }) => url);
  expect(winners).toHaveLength(1);
  const pids = starts.map(({ child }) => child.pid).join('|');
  const refusal = new RegExp(`^DATA_DIR ${dataDir} is in use by another Polyphony \\(pid (${pids})\\)$`);
  for (const { error } of reports.filter(({ url }) => !url)) expect(error).toMatch(refusal);
  await seed(winners[0]?.url ?? '');
  expect((await readdir(dataDir)).sort()).toEqual(['postgres', 'postgres.log', 'postgres.secret', 'run']);
});

test.each([200, 350, 500])('a first start killed after %i ms leaves nothing half made', async (ms) => {
  const { start, startElsewhere, dataDir } = await workbench();
  const { child, report } = startElsewhere();
  await delay(ms);
  await killHard(child);
  await report;
  await seed((await start()).url);
  expect((await readdir(dataDir)).sort()).toEqual(['postgres', 'postgres.log', 'postgres.secret', 'run']);
});

test.runIf(isRoot)('root can start it below a folder that is closed to everybody else', async () => {
  const { start, dataDir, postmasterPid } = await workbench({ below: 'closed' });
  await mkdir(join(dataDir, '..'), { mode: 0o700 });
  await chmod(join(dataDir, '..'), 0o700);
  const { url } = await start();
  await seed(url);
  const status = await readFile(`/proc/${await postmasterPid()}/status`, 'utf8');
  expect(status).toMatch(/^Uid:\t54320\t/m);
  expect(status).toMatch(/^CapEff:\t0000000000000004$/m);
});

test('listens on loopback when the path is too long for a socket', async () => {
  const { start, dataDir } = await benchWithDatabase('long/'.repeat(20));
  expect(dataDir.length).toBeGreaterThan(107);
  const { url } = await start();
  expect(url).toMatch(/@127\.0\.0\.1:\d+\/polyphony$/);
  await seed(url);
});

test('says what to do about a folder of another PostgreSQL version', async () => {
  const { start, dataDir } = await workbench();
  await mkdir(join(dataDir, 'postgres'), { recursive: true });
  await writeFile(join(dataDir, 'postgres/PG_VERSION'), '17\n');
  await chmod(join(dataDir, 'postgres'), 0o700);
  await expect(start()).rejects.toThrow(/was written by PostgreSQL 17, .* contains PostgreSQL 18: dump it/);
});

test('says so when the secret does not fit the database', async () => {
  const { start, dataDir, postmasterPid } = await benchWithDatabase();
  await writeFile(join(dataDir, 'postgres.secret'), 'another');
  await expect(start()).rejects.toThrow(`${dataDir}/postgres.secret does not fit the database`);
  expect(await postmasterPid()).toBe(0);
});

test('names the platform and the way out where there are no binaries', () => {
  expect(() => packageFor('win32-x64')).toThrow(/no embedded PostgreSQL for win32-x64 .*set DATABASE_URL/);
});

async function fakePackage(dataDir: string): Promise<string> {
  const native = join(dataDir, 'package/native');
  await mkdir(join(native, 'lib'), { recursive: true });
  await writeFile(join(native, 'lib/libicuuc.so.60.2'), 'library');
  const links = [{ source: 'native/lib/libicuuc.so.60.2', target: 'native/lib/libicuuc.so.60' }];
  await writeFile(join(native, 'pg-symlinks.json'), JSON.stringify(links));
  return native;
}

test('makes the library links that npm did not make', async () => {
  const { dataDir } = await workbench();
  const native = await fakePackage(dataDir);
  for (const _ of [1, 2]) expect(await completeLibraryLinks(native, join(dataDir, 'spare'))).toBeUndefined();
  expect(await readlink(join(native, 'lib/libicuuc.so.60'))).toBe('libicuuc.so.60.2');
});

/** Root writes into folders without write permission, so whoever is root becomes somebody else meanwhile. */
async function asNobody<Result>(folder: string, act: () => Promise<Result>): Promise<Result> {
  if (process.getuid?.() !== 0) return act();
  await chownTree(folder, NOBODY);
  process.seteuid?.(NOBODY.uid);
  try {
    return await act();
  } finally {
    process.seteuid?.(0);
  }
}

test('makes the library links elsewhere when the package is read-only', async () => {
  const { dataDir } = await workbench();
  const native = await fakePackage(dataDir);
  await chmod(join(native, 'lib'), 0o555);
  onTestFinished(() => chmod(join(native, 'lib'), 0o755));
  await asNobody(dirname(dataDir), async () => {
    for (const _ of [1, 2])
      expect(await completeLibraryLinks(native, join(dataDir, 'spare'))).toBe(
        `${dataDir}/spare:${native}/lib`,
      );
  });
  expect(await readFile(join(dataDir, 'spare/libicuuc.so.60'), 'utf8')).toBe('library');
});

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { copyDataDir, isRunning, makeReadyDataDir } from '../embedded-postgres/workbench.ts';
import { fixture } from '../harness/fixture.ts';
import { npm, untilEnded, untilReady } from '../harness/npm.ts';
import { begin, launch } from '../harness/process.ts';
import { createDatabase } from '../harness/server.ts';
import { getPage, tokenIn } from '../http/page.ts';

let folder: string;
/** Not there, unless a test makes it. */
let dataDir: string;
let children: ChildProcess[];

const ready = fixture(makeReadyDataDir, { stop: (ready) => ready.remove() });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polyphony-npm-'));
  dataDir = join(folder, 'not', 'there', 'yet');
  children = [];
});
afterEach(async () => {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }
  await rm(folder, { recursive: true, force: true });
});

function run(script: string, variables: Record<string, string> = {}): ChildProcess {
  const child = npm(['run', '--silent', script], { DATA_DIR: dataDir, PORT: '0', ...variables });
  children.push(child);
  return child;
}

/** A stop in order takes a moment: requests, runs and Postgres come to an end. */
const untilGone = (pid: number) => expect.poll(() => isRunning(pid), { timeout: 20_000 }).toBe(false);

const link = (variables: Record<string, string> = {}, ...parameters: string[]) =>
  untilEnded(npm(['run', '--silent', 'link', '--', ...parameters], { DATA_DIR: dataDir, ...variables }));

const pidsOf = async () => ({
  server: JSON.parse(await readFile(join(dataDir, 'server.json'), 'utf8')).pid as number,
  postgres: Number((await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8')).split('\n')[0]),
});

describe('npm start', () => {
  beforeEach(() => copyDataDir(ready.path, dataDir));

  test.each(['SIGTERM', 'SIGINT'] as const)(
    'killed by %s ends server and Postgres in order',
    async (signal) => {
      const child = run('start');
      await untilReady(child);
      const { server, postgres } = await pidsOf();
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
      await Promise.all([untilGone(server), untilGone(postgres)]);
      // Each removes its own file, at the end of a stop in order.
      await expect(pidsOf()).rejects.toThrow('ENOENT');
      await expect(readFile(join(dataDir, 'postgres/postmaster.pid'))).rejects.toThrow('ENOENT');
    },
  );

  test('and killed by SIGKILL, too', async () => {
    const child = run('start');
    await untilReady(child);
    const { server, postgres } = await pidsOf();
    child.kill('SIGKILL');
    await Promise.all([untilGone(server), untilGone(postgres)]);
    await expect(readFile(join(dataDir, 'postgres/postmaster.pid'))).rejects.toThrow('ENOENT');
  });

  test('Ctrl-C, which npm and the server both get, ends both in order', async () => {
    const child = run('start');
    await untilReady(child);
    const { server, postgres } = await pidsOf();
    process.kill(server, 'SIGINT');
    child.kill('SIGINT');
    await Promise.all([untilGone(server), untilGone(postgres)]);
    await expect(readFile(join(dataDir, 'postgres/postmaster.pid'))).rejects.toThrow('ENOENT');
  });

  test('outlives the shell that has put it into the background', async () => {
    const log = join(folder, 'log');
    const command = `setsid nohup npm start >${log} 2>&1 &`;
    const env = { PATH: process.env.PATH, HOME: process.env.HOME, DATA_DIR: dataDir, PORT: '0' };
    const shell = spawn('sh', ['-c', command], { cwd: join(import.meta.dirname, '../..'), env });
    await once(shell, 'exit');
    await expect.poll(() => readFile(log, 'utf8').catch(() => ''), { timeout: 30_000 }).toMatch(/Health/);
    const { server, postgres } = await pidsOf();
    const { url } = JSON.parse(await readFile(join(dataDir, 'server.json'), 'utf8'));
    // Longer than it takes to notice that a parent is gone.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect((await fetch(`${url}/health`)).status).toBe(200);
    process.kill(server, 'SIGTERM');
    await untilGone(postgres);
  });
});

test('a server whose starter ends goes on, unless npm itself has started it', async () => {
  const script = `
    const { spawn } = require('node:child_process');
    const child = spawn(process.execPath, ['src/main.ts'], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.once('data', () => process.exit());`;
  const env = { ...process.env, DATA_DIR: dataDir, PORT: '0', npm_lifecycle_event: 'deploy' };
  await copyDataDir(ready.path, dataDir);
  const starter = spawn(process.execPath, ['-e', script], { cwd: join(import.meta.dirname, '../..'), env });
  await once(starter, 'exit');
  const { server, postgres } = await pidsOf();
  const { url } = JSON.parse(await readFile(join(dataDir, 'server.json'), 'utf8'));
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect((await fetch(`${url}/health`)).status).toBe(200);
  process.kill(server, 'SIGTERM');
  await untilGone(postgres);
});

describe('npm run link', () => {
  beforeEach(() => copyDataDir(ready.path, dataDir));

  const LINK = /^http:\/\/localhost:\d+\/graphql\?link=[\w-]{43}$/m;

  test('prints another link for the running server, wherever that listens', async () => {
    const printed = await untilReady(run('start'));
    const first = LINK.exec(printed.replaceAll(/^.*(?=http:)/gm, ''))![0];
    // What the script's own environment says of another server is not asked.
    const { code, stdout } = await link({ HOST: '0.0.0.0', PORT: '9', LOG_LEVEL: 'loud' });
    expect(code).toBe(0);
    const second = stdout.trim();
    expect(second).toMatch(LINK);
    expect(new URL(second).host).toBe(new URL(first).host);
    expect(new Set([first, second]).size).toBe(2);
    for (const one of [second, first]) {
      expect(tokenIn(await getPage(one))).not.toBeNull();
      expect(tokenIn(await getPage(one))).toBeNull();
    }
    const { server } = await pidsOf();
    expect((await readFile(`/proc/${server}/cmdline`, 'utf8')).includes('link=')).toBe(false);
  });

  test('prints and revokes the base URL of guests', async () => {
    const printed = await untilReady(run('start'));
    const before = /http:\S+\/k\/[\w-]{43}(?=\/orchestratex)/.exec(printed)![0];
    expect((await fetch(`${before}/orchestratex/api/models/`)).status).toBe(200);
    const { code, stdout } = await link({}, '--renew-base-url');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^http:\S+\/k\/[\w-]{43}\n$/)]);
    await expect.poll(async () => (await fetch(`${before}/orchestratex/api/models/`)).status).toBe(404);
    expect((await fetch(`${stdout.trim()}/orchestratex/api/models/`)).status).toBe(200);
  });

  test('without a server, or after one was killed, says so and exits with 1', async () => {
    const none = {
      code: 1,
      stdout: '',
      stderr: expect.stringContaining(`no server is running with DATA_DIR`),
    };
    expect(await link()).toEqual(none);
    const server = await launch('start', { DATA_DIR: dataDir });
    const { postgres } = await pidsOf();
    await server.kill();
    process.kill(postgres, 'SIGTERM');
    expect(await link()).toEqual(none);
    await untilGone(postgres);
  });

  test('with a database of the operator says that there is no local admin', async () => {
    const database = await createDatabase();
    const printed = await untilReady(run('start', { DATABASE_URL: database.url }));
    expect(printed).not.toContain('link=');
    expect(await link()).toMatchObject({ code: 1, stderr: expect.stringContaining('no local admin') });
    const child = children.pop()!;
    child.kill();
    await once(child, 'exit');
    await database.drop();
  });
});

describe('DATA_DIR', () => {
  test.each(['start', 'start:api', 'start:worker'] as const)(
    'is made by %s when it is missing',
    async (script) => {
      const database = await createDatabase();
      const server = await launch(script, { DATABASE_URL: database.url, DATA_DIR: dataDir });
      expect((await stat(dataDir)).isDirectory()).toBe(true);
      expect(await server.stop()).toBe(0);
      await database.drop();
    },
  );

  test.each(['start', 'start:api', 'start:worker'] as const)(
    'that cannot be made is an error of one line from %s',
    async (script) => {
      const file = join(folder, 'file');
      await writeFile(file, '');
      for (const path of [file, join(file, 'data')]) {
        const ended = await untilEnded(
          begin(script, { DATA_DIR: path, DATABASE_URL: 'postgres://127.0.0.1:9/x' }),
        );
        expect(ended).toMatchObject({ code: 1, stdout: '' });
        expect(ended.stderr).toMatch(
          /^Polyphony could not start: DATA_DIR: \S+ cannot be created or written to.*\n$/,
        );
        expect(ended.stderr).toContain(path);
      }
    },
  );

  test('that cannot be written is one, too', async () => {
    const module = new URL('../../src/data-dir/create-data-dir.ts', import.meta.url);
    // Root could write it all the same.
    const script = `
      const { createDataDir } = await import('${module}');
      if (process.getuid() === 0) process.setuid(65534);
      await createDataDir('${folder}').catch(({ message }) => console.log(message));`;
    await chmod(folder, 0o555);
    const ended = await untilEnded(spawn(process.execPath, ['--input-type=module', '-e', script]));
    await chmod(folder, 0o700);
    expect(ended.stdout).toMatch(/^DATA_DIR: \S+ cannot be created or written to \(EACCES: .*\)\n$/);
    expect(ended.stdout).toContain(folder);
  });
});

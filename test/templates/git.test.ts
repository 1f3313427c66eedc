import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import type { LookupFunction } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createOutbound } from '../../src/engine/outbound/outbound.ts';
import { createSandbox } from '../../src/engine/sandbox/sandbox.ts';
import { type CloneLimits, cloneRepository } from '../../src/engine/workspaces/clone-repository.ts';
import { newId } from '../../src/rules/ids/ids.ts';
import { type Repository, readRepositoryUrl } from '../../src/rules/workspaces/git.ts';
import { makeWorkspace } from '../../src/workspaces/workspaces.ts';
import { data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { createFolder } from '../harness/folder.ts';
import { git, startGitServer } from '../harness/git-server.ts';
import { startTestServer } from '../harness/server.ts';
import { content, createTemplate, follow } from './template.ts';

const remote = fixture(startGitServer);
const folder = fixture(createFolder, { stop: (folder) => folder.remove() });
const server = fixture(() =>
  startTestServer({ variables: { DATA_DIR: folder.path, OUTBOUND_ALLOW: '127.0.0.1' } }),
);
const ann = fixture(() => server.newUser());

function execute(templateParameters: Record<string, unknown>) {
  return follow(ann, {
    templateName: 'git-script-execution',
    templateParameters: { output_path: 'result.txt', ...templateParameters },
  });
}

describe('git-script-execution', () => {
  test('clones, runs the script, and keeps what it printed', async () => {
    const repo_url = await remote.add('prints', { 'ci/build.sh': 'echo "built in $PWD"; ls', 'a.txt': 'a' });
    const { task, types } = await execute({ repo_url, script_path: 'ci/build.sh' });
    expect(task).toMatchObject({
      status: 'COMPLETED',
      model: null,
      result: { output: expect.stringMatching(/^built in .*\/repository\na.txt\nci\n$/) },
    });
    expect(task.result.steps).toMatchObject([
      { id: 'clone', commit: expect.stringMatching(/^[0-9a-f]{40}$/), directory: 'repository' },
      { id: 'run', exitCode: 0 },
      { id: 'store', name: 'result.txt' },
    ]);
    const [log, output] = task.artifacts;
    expect([log.type, output.type, output.name]).toEqual(['LOG', 'OUTPUT', 'result.txt']);
    expect(await content(ann, server.url, output)).toBe(task.result.output);
    expect(types.filter((type) => type.startsWith('Step'))).toHaveLength(6);
  });

  test('keeps the file that the script wrote there', async () => {
    const script = { program: '#!/usr/bin/env python3\nopen("out.json", "w").write("[1]")\nprint("done")' };
    const repo_url = await remote.add('writes', { run: script });
    const { task } = await execute({ repo_url, script_path: 'run', output_path: 'out.json' });
    expect(task.artifacts[1]).toMatchObject({ name: 'out.json', mediaType: 'application/json', size: 3 });
    expect(task.result.output).toBe('[1]');
  });

  test('tells why a script failed', async () => {
    const repo_url = await remote.add('fails', {
      'fail.sh': 'echo about to fail; echo "no disk" >&2; exit 7',
    });
    const { task } = await execute({ repo_url, script_path: 'fail.sh' });
    expect(task).toMatchObject({
      status: 'FAILED',
      error: { code: 'SCRIPT_FAILED', message: 'step run: the script ended with exit code 7: no disk' },
    });
    expect(await content(ann, server.url, task.artifacts[0])).toContain('about to fail');
  });

  test('takes a branch or a tag', async () => {
    const repo_url = await remote.add('branches', { 'which.sh': 'echo main' }, async (work) => {
      await git(work, 'tag', 'v1.0');
      await git(work, 'checkout', '--quiet', '-b', 'feature/x');
      await git(work, 'rm', '--quiet', 'which.sh');
      await git(work, 'commit', '--quiet', '--message=second');
      await git(work, 'checkout', '--quiet', 'main');
    });
    const tagged = await execute({ repo_url, script_path: 'which.sh', branch: 'v1.0' });
    expect(tagged.task.result.output).toBe('main\n');
    const branched = await execute({ repo_url, script_path: 'which.sh', branch: 'feature/x' });
    expect(branched.task.error.message).toContain('there is no file which.sh');
    const unknown = await execute({ repo_url, script_path: 'which.sh', branch: 'none' });
    expect(unknown.task.error).toMatchObject({
      code: 'GIT_FAILED',
      message: expect.stringContaining('Remote branch none not found'),
    });
  });

  test('its script has no network', async () => {
    const repo_url = await remote.add('calls', {
      'call.sh': `python3 -c 'import socket; socket.create_connection(("127.0.0.1", ${remote.port}), 3)' && echo in`,
    });
    const { task } = await execute({ repo_url, script_path: 'call.sh' });
    expect(task.error.code).toBe('SCRIPT_FAILED');
  });
});

describe('a token', () => {
  test('opens a private repository, and is found nowhere', async () => {
    const script = 'cat .git/config; env; git -C . config --list; tr "\\0" "\\n" </proc/self/environ';
    const repo_url = await remote.add('private/one', { 'show.sh': script });
    const done = await execute({ repo_url, script_path: 'show.sh', token: 'secret-token' });
    expect(done.task.status).toBe('COMPLETED');
    expect(remote.requests.at(-1)?.authorization).toBe(
      `Basic ${Buffer.from('x-access-token:secret-token').toString('base64')}`,
    );
    const failed = await execute({ repo_url, script_path: 'show.sh', branch: 'none', token: 'secret-token' });
    const refused = await execute({ repo_url, script_path: 'show.sh', token: 'wrong-secret-token-here' });
    expect(refused.task.error.code).toBe('GIT_FAILED');
    const artifacts = await Promise.all(
      done.task.artifacts.map((artifact: { url: string }) => content(ann, server.url, artifact)),
    );
    const all = JSON.stringify([done, failed, refused, artifacts, await rowsOfEverything()]);
    expect(all).toContain('show.sh');
    for (const secret of ['secret-token', Buffer.from('x-access-token:secret-token').toString('base64')]) {
      expect(all).not.toContain(secret);
    }
  });

  test('is sealed while the task waits, and gone when it has ended', async () => {
    const repo_url = await remote.add('private/two', { 'a.sh': 'echo a' });
    const sealed = async () => {
      const { rows } = await server.store.database.pool.query(
        'select secrets from task order by id desc limit 1',
      );
      return rows[0].secrets;
    };
    const templateParameters = { repo_url, script_path: 'a.sh', output_path: 'o', token: 'secret-token' };
    const id = await ann.createTask({
      templateName: 'git-script-execution',
      templateParameters,
      hold: true,
    });
    expect(await sealed()).toMatch(/^[0-9a-f]{8}\.[\w-]{40,}$/);
    await ann.query('mutation ($id: ID!) { executeTask(input: { id: $id }) { task { id } } }', { id });
    await ann.events(id);
    expect(await sealed()).toBeNull();
    await ann.createTask({ templateName: 'git-script-execution', templateParameters, hold: true });
    const last = data(await ann.query('{ tasks(first: 1) { nodes { id } } }')).tasks.nodes[0].id;
    await ann.query('mutation ($id: ID!) { cancelTask(input: { id: $id }) { task { id } } }', { id: last });
    expect(await sealed()).toBeNull();
  });

  test('is missed by whoever has none', async () => {
    const repo_url = await remote.add('private/three', { 'a.sh': 'echo a' });
    const { task } = await execute({ repo_url, script_path: 'a.sh' });
    expect(task.error).toMatchObject({
      code: 'GIT_FAILED',
      message: expect.stringContaining('could not read'),
    });
  });
});

/** The text of every column of every table. */
async function rowsOfEverything(): Promise<unknown> {
  const { pool } = server.store.database;
  const { rows } = await pool.query(
    `select table_schema as schema, table_name as name from information_schema.tables
     where table_schema in ('public', 'graphile_worker') and table_type = 'BASE TABLE'`,
  );
  return Promise.all(
    rows.map(async ({ schema, name }) => (await pool.query(`select * from "${schema}"."${name}"`)).rows),
  );
}

describe('what is refused before anybody is asked', () => {
  test.each([
    { url: 'file:///etc', code: 'GIT_FAILED', says: 'must start with https://' },
    { url: '/etc', code: 'GIT_FAILED', says: 'must start with https://' },
    { url: 'ssh://git@github.com/a/b', code: 'GIT_FAILED', says: 'must start with https://' },
    { url: 'git@github.com:a/b', code: 'GIT_FAILED', says: 'must start with https://' },
    { url: 'ext::sh -c id', code: 'GIT_FAILED', says: 'must start with https://' },
    { url: '--upload-pack=id', code: 'GIT_FAILED', says: 'must start with https://' },
    { url: 'http://example.com/a', code: 'GIT_FAILED', says: 'must start with https://' },
    { url: 'https://me:secret@example.com/a', code: 'GIT_FAILED', says: 'pass it as the token' },
    { url: 'https://example.com./a', code: 'GIT_FAILED', says: 'ends with a dot' },
    { url: 'https://127.0.0.2/a', code: 'ADDRESS_REFUSED', says: '127.0.0.2 is not on the public internet' },
    { url: 'https://2130706434/a', code: 'ADDRESS_REFUSED', says: '127.0.0.2 is not on the public internet' },
    { url: 'https://[::1]/a', code: 'ADDRESS_REFUSED', says: '::1 is not on the public' },
    { url: 'https://[::ffff:10.0.0.1]/a', code: 'ADDRESS_REFUSED', says: 'not on the public internet' },
    { url: 'https://169.254.169.254/latest', code: 'ADDRESS_REFUSED', says: 'OUTBOUND_ALLOW' },
    { url: 'https://10.1.2.3/a', code: 'ADDRESS_REFUSED', says: 'OUTBOUND_ALLOW' },
    {
      url: 'https://nobody.invalid/a',
      code: 'ADDRESS_REFUSED',
      says: 'nobody.invalid could not be resolved',
    },
  ])('$url', async ({ url, code, says }) => {
    const { task } = await execute({ repo_url: url, script_path: 'a.sh' });
    expect(task.error).toMatchObject({ code, message: expect.stringContaining(says) });
    expect(task.error.message).toMatch(/^step clone: /);
    expect(task.error.message).not.toContain('secret');
  });

  test.each(['--upload-pack=id', '../x', 'a..b', 'x.lock', 'a b', '-x'])(
    'the branch "%s"',
    async (branch) => {
      const { task } = await execute({ repo_url: `${remote.url}/x.git`, script_path: 'a.sh', branch });
      expect(task.error.message).toContain('is not a valid name of a branch or tag');
    },
  );

  test('a folder outside of the working directory', async () => {
    const step = { key: 'clone', type: 'GIT_CLONE', url: `${remote.url}/x.git` };
    for (const directory of ['../x', '/tmp/x', 'a/../../x', '.git', '.']) {
      const { name } = await createTemplate(ann, { steps: [{ ...step, directory }] });
      const { task } = await follow(ann, { templateName: name });
      expect(task.error.message).toContain('is not a valid folder to clone into');
    }
  });
});

describe('a clone', () => {
  const LIMITS: CloneLimits = { fileBytes: 1_000_000, timeoutMs: 20_000 };
  const sandbox = createSandbox({ mode: 'bubblewrap', searchPath: process.env.PATH ?? '', hidden: [] });

  async function clone(
    repository: Repository | string,
    {
      allow = ['127.0.0.1'],
      lookup,
      limits = LIMITS,
    }: {
      allow?: string[];
      lookup?: LookupFunction;
      limits?: CloneLimits;
    } = {},
  ) {
    const read = typeof repository === 'string' ? readRepositoryUrl(repository, () => true) : repository;
    if ('problem' in read) throw new Error(read.problem);
    const workspaceRoots = [join(folder.path, 'workspaces')];
    const settings = { dataDir: folder.path, workspaceRoots, sandbox: 'bubblewrap' } as const;
    await mkdir(workspaceRoots[0]!, { recursive: true });
    const tenant = { userId: newId(), isAdmin: false };
    const workspace = await makeWorkspace(settings, tenant, newId());
    const request = { ...read, ref: null, directory: 'there', token: null, workspace };
    const { signal } = new AbortController();
    const outbound = createOutbound(allow, lookup);
    const commit = await cloneRepository({ sandbox, outbound }, { ...request, signal }, limits);
    return { commit, path: join(workspace, 'there') };
  }

  const answering =
    (...answers: string[]): LookupFunction =>
    (_host, _options, callback) =>
      callback(null, [{ address: answers.shift() ?? '127.0.0.1', family: 4 }]);

  test('has the latest commit alone', async () => {
    const url = await remote.add('deep', { a: '1' }, async (work) => {
      await git(work, 'commit', '--quiet', '--allow-empty', '--message=second');
    });
    const { path, commit } = await clone(url);
    expect(await readdir(path)).toEqual(['.git', 'a']);
    expect(await readFile(join(path, '.git/shallow'), 'utf8')).toBe(`${commit}\n`);
  });

  test('of a hostile repository runs nothing and fetches nothing more', async () => {
    const elsewhere = await remote.add('elsewhere', { a: 'a' });
    const url = await remote.add(
      'hostile',
      {
        '.gitattributes': '*.txt filter=evil diff=evil\n*.bin filter=lfs',
        '.gitmodules': `[submodule "sub"]\n\tpath = sub\n\turl = ${elsewhere}\n\tupdate = !touch /tmp/evil`,
        '.lfsconfig': `[lfs]\n\turl = ${remote.url}/lfs`,
        'a.txt': 'text',
        'b.bin': 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n',
        'hooks/post-checkout': { program: '#!/bin/sh\ntouch /tmp/evil' },
        link: { link: '/etc/passwd' },
        up: { link: '../../../../..' },
      },
      async (work) => {
        const commit = await git(work, 'rev-parse', 'HEAD');
        await git(work, 'update-index', '--add', '--cacheinfo', `160000,${commit},sub`);
        await git(work, 'commit', '--quiet', '--message=submodule');
      },
    );
    const before = remote.requests.length;
    const { path } = await clone(url);
    const asked = remote.requests.slice(before).map((request) => request.path);
    expect(asked.every((one) => one.startsWith('/hostile.git/'))).toBe(true);
    expect(await readdir(join(path, 'sub'))).toEqual([]);
    expect((await readdir(join(path, '.git'))).toSorted()).not.toContain('hooks');
    expect(await readFile(join(path, 'a.txt'), 'utf8')).toBe('text');
    expect(await readFile(join(path, '.git/config'), 'utf8')).not.toMatch(/submodule|filter/);
  });

  test('that is too large ends', async () => {
    const url = await remote.add('large', { random: randomBytes(3_000_000) });
    await expect(clone(url)).rejects.toMatchObject({
      code: 'GIT_FAILED',
      message: expect.stringContaining('it is corrupt, or larger than 1000000 bytes'),
    });
  });

  test('that unpacks to too much ends', async () => {
    const url = await remote.add('bomb', { zeros: Buffer.alloc(3_000_000) });
    await expect(clone(url)).rejects.toMatchObject({ code: 'GIT_FAILED' });
  });

  test('of a server that says nothing ends', async () => {
    const limits = { ...LIMITS, timeoutMs: 1_000 };
    await expect(clone(`${remote.url}/hanging/x.git`, { limits })).rejects.toMatchObject({
      code: 'GIT_FAILED',
      message: expect.stringContaining('could not be cloned within 1 s'),
    });
  });

  test('follows no redirect', async () => {
    await remote.add('goal', { a: 'a' });
    const before = remote.requests.length;
    await expect(clone(`${remote.url}/moved/goal.git`)).rejects.toMatchObject({ code: 'GIT_FAILED' });
    expect(remote.requests.slice(before).map(({ path }) => path)).toEqual(['/moved/goal.git/info/refs']);
  });

  test('goes to the address that was checked', async () => {
    await remote.add('pinned', { a: 'a' });
    const lookup = answering('127.0.0.1', '127.0.0.2');
    const { path } = await clone(`http://git.invalid:${remote.port}/pinned.git`, { lookup });
    expect(await readdir(path)).toContain('a');
  });

  test('does not look the name up again, which may lead elsewhere by then', async () => {
    await remote.add('rebound', { a: 'a' });
    const before = remote.requests.length;
    const lookup = answering('127.0.0.2', '127.0.0.1');
    const cloning = clone(`http://localhost:${remote.port}/rebound.git`, { lookup, allow: ['127.0.0.2'] });
    await expect(cloning).rejects.toMatchObject({ code: 'GIT_FAILED' });
    expect(remote.requests.length).toBe(before);
  });
});

import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorkspace } from '../../src/workspaces/workspaces.ts';
import { data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { type ScriptedAnswer, startVendor } from '../harness/vendor/server.ts';
import { createSession } from '../sessions/feed-reader.ts';
import { createScripts, dataFolder, ofType, results, startAgent } from './script.ts';

const run = promisify(execFile);

let scratch: string;

const vendor = fixture(startVendor);
const folder = fixture(dataFolder, { stop: (folder) => folder.remove() });
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'polyphony-repository-'));
});
const server = fixture(() =>
  startTestServer({
    variables: { OPENAI_BASE_URL: `${vendor.url}/v1`, DATA_DIR: folder.path },
  }),
);
const ann = fixture(() => server.newUser());
afterAll(async () => {
  await rm(scratch, { recursive: true, force: true });
});

const FILES = {
  'add.sh': 'echo $(($1 - $2))\n',
  'test.sh': `sum=$(bash add.sh 2 3)
[ "$sum" = 5 ] || { echo "FAILED: 2 + 3 is $sum, not 5"; exit 1; }
echo passed
`,
};

const git = (cwd: string, ...args: string[]) =>
  run('git', ['-c', 'user.name=Ann', '-c', 'user.email=ann@example.com', '-c', 'safe.directory=*', ...args], {
    cwd,
    env: { PATH: process.env.PATH, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
  });

async function writeRepository(path: string): Promise<void> {
  for (const [name, content] of Object.entries(FILES)) await writeFile(join(path, name), content);
  await git(path, 'init', '--quiet', '--initial-branch=main');
  await git(path, 'add', '.');
  await git(path, 'commit', '--quiet', '--message', 'As it was');
}

/** The folder of a task that has not begun, with the repository in it, as its owner could have put it there. */
async function giveRepository(taskId: string): Promise<void> {
  const { viewer } = data(await ann.query('{ viewer { id } }'));
  const local = (id: string) => Buffer.from(id, 'base64url').toString().split(':')[1]!;
  const tenant = { userId: local(viewer.id), isAdmin: false };
  const path = await openWorkspace(server.config, tenant, local(taskId), 'workingDirectory');
  await writeRepository(path);
  await run('chown', ['-R', `--reference=${path}`, path]);
}

const plan = (...statuses: string[]) => ({
  steps: ['Read the failing test', 'Fix the sum', 'Run the test'].map((description, index) => ({
    id: `step-${index + 1}`,
    description,
    status: statuses[index],
  })),
});

const says = (text: string, name: string, input: Record<string, unknown>): ScriptedAnswer => ({
  text,
  toolCalls: [{ name, arguments: input }],
});

const ANSWERS = [
  says('First a plan.', 'update_plan', plan('in_progress', 'pending', 'pending')),
  says('What does the test want?', 'read_file', { path: 'test.sh' }),
  says('And what does it get?', 'terminal', { command: 'bash test.sh' }),
  says('It subtracts.', 'read_file', { path: 'add.sh' }),
  says('So:', 'edit_file', { path: 'add.sh', old_text: '$1 - $2', new_text: '$1 + $2' }),
  says('Once more.', 'terminal', { command: 'bash test.sh' }),
  says('It passes.', 'update_plan', plan('completed', 'completed', 'completed')),
  says('', 'finish', { summary: 'add.sh subtracted; now it adds, and the test passes.' }),
];

test('a repository with a failing test is mended, and the task leaves its plan and the right diff', async () => {
  const scripts = createScripts(vendor);
  const model = scripts.model(ANSWERS);
  const prompt = 'Fix the failing test in test.sh';
  const id = await startAgent(ann, model, { prompt, type: 'code', hold: true });
  await giveRepository(id);
  data(await ann.query(`mutation { executeTask(input: { id: "${id}" }) { task { id } } }`));
  const events = await ann.events(id);

  const [, , failed, , , passed] = results(scripts.asked(model));
  expect(failed).toContain('FAILED: 2 + 3 is -1, not 5');
  expect(passed).toContain('passed');
  expect(ofType(events, 'ProgressMade').map(({ progress }) => progress)).toEqual([0.99, 1]);
  const { task } = data(
    await ann.query(`{ task(id: "${id}") {
      status iterations result agent { name } plan { steps { key description status } }
      artifacts { name type mediaType size url } } }`),
  );
  expect(task).toMatchObject({
    status: 'COMPLETED',
    iterations: 8,
    agent: { name: 'Code expert' },
    result: { success: true, summary: 'add.sh subtracted; now it adds, and the test passes.' },
    artifacts: [
      { name: 'plan.json', type: 'PLAN', mediaType: 'application/json' },
      { name: 'diff.patch', type: 'DIFF', mediaType: 'text/x-diff; charset=utf-8' },
    ],
  });
  const [planFile, diff] = await Promise.all(task.artifacts.map(download));
  expect(JSON.parse(planFile!)).toEqual(plan('completed', 'completed', 'completed'));
  expect(diff).toContain('-echo $(($1 - $2))\n+echo $(($1 + $2))\n');
  expect(diff!.match(/^diff --git/gm)).toHaveLength(1);

  // Whoever has the repository as it was, and the patch, has it mended.
  await writeRepository(scratch);
  await expect(run('bash', ['test.sh'], { cwd: scratch })).rejects.toThrow();
  await writeFile(join(folder.path, 'agent.patch'), diff!);
  await git(scratch, 'apply', join(folder.path, 'agent.patch'));
  expect((await run('bash', ['test.sh'], { cwd: scratch })).stdout).toBe('passed\n');
});

async function download({ url, size }: { url: string; size: number }): Promise<string> {
  const response = await fetch(`${server.url}${url}`, { headers: { authorization: `Bearer ${ann.token}` } });
  expect(response.status).toBe(200);
  const content = await response.text();
  expect(Buffer.byteLength(content)).toBe(size);
  return content;
}

test('a folder that is no longer one to work in is told by name', async () => {
  const session = await createSession(ann);
  const query = 'query ($id: ID!) { session(id: $id) { workingDirectory } }';
  const { workingDirectory } = data(await ann.query(query, { id: session })).session;
  await rm(workingDirectory, { recursive: true });
  await symlink('/usr', workingDirectory);
  const id = await startAgent(ann, createScripts(vendor).model([{ text: 'x' }]), { sessionId: session });
  expect((await ann.events(id)).at(-1)).toMatchObject({
    error: { code: 'SANDBOX_UNAVAILABLE', message: expect.stringContaining('is not a permitted folder') },
  });
});

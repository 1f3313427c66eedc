import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { createSession } from './feed-reader.ts';

const server = fixture(startTestServer);

const RENAMEAT2 = process.arch === 'x64' ? 316 : 276;
const CREATE = 'mutation ($input: CreateSessionInput!) { createSession(input: $input) { session { id } } }';

test('an agent that exchanges folders with links while sessions are made in them changes nothing outside', async () => {
  const ann = await server.newUser();
  const { dataDir } = server.config;
  const postgres = join(dataDir, 'postgres');
  mkdirSync(postgres);
  chmodSync(postgres, 0o777);
  const attack = [
    `my ($folder, $link) = ("x", "link"); mkdir $folder; symlink "${postgres}", $link;`,
    `for (;;) { syscall(${RENAMEAT2}, -100, $folder, -100, $link, 2) == 0 or die $! }`,
  ].join(' ');
  const calls = [
    `write_file ${JSON.stringify({ path: 'attack.pl', content: attack })}`,
    `terminal ${JSON.stringify({ command: 'perl attack.pl', timeout_seconds: 300 })}`,
  ];
  const id = await ann.createTask({
    kind: 'AGENT',
    type: 'code',
    prompt: `Call ${calls.join(', then ')}`,
    sessionId: await createSession(ann, { workingDirectory: 'w' }),
  });
  const [own] = await expect
    .poll(() => readdirSync(join(dataDir, 'workspaces')), { timeout: 30_000 })
    .toHaveLength(1)
    .then(() => readdirSync(join(dataDir, 'workspaces')));
  await expect
    .poll(() => existsSync(join(dataDir, 'workspaces', own!, 'w/link')), { timeout: 30_000 })
    .toBe(true);
  const before = surroundings(dataDir, own!);
  const answers: string[] = [];
  for (let turn = 0; turn < 300; turn += 1) {
    const name = turn % 3 === 0 ? 'standby.signal' : `n${turn}/deeper`;
    const answer = await ann.query(CREATE, { input: { workingDirectory: `w/x/${name}` } });
    answers.push(answer.errors?.[0]?.extensions.code ?? 'made');
  }
  expect((await ann.task(id)).status).toBe('RUNNING');
  expect(surroundings(dataDir, own!)).toBe(before);
  expect(answers.filter((answer) => answer !== 'made' && answer !== 'VALIDATION_ERROR')).toEqual([]);
  await ann.query('mutation ($id: ID!) { cancelTask(input: { id: $id }) { task { id } } }', { id });
  await ann.events(id);
});

/** Names, modes, owners, sizes and times of all that is not the user's. */
function surroundings(dataDir: string, own: string): string {
  const theirs = join(dataDir, 'workspaces', own);
  const print = ['-printf', '%p %y %m %U:%G %s %T@ %C@\n'];
  return execFileSync('find', [dataDir, '-path', theirs, '-prune', '-o', ...print], { encoding: 'utf8' });
}

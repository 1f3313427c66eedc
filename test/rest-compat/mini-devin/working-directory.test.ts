import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { data } from '../../harness/client.ts';
import { fixture } from '../../harness/fixture.ts';
import { createFolder } from '../../harness/folder.ts';
import { startTestServer } from '../../harness/server.ts';
import { createLegacyClient, type LegacyAnswer, type LegacyClient } from '../clients/legacy-client.ts';
import { containing, expectRefusal, globalIdOf, moment, openAccount, uuid } from './account.ts';

/** As the document has it. */
const BODY = { name: 'New Session', working_directory: '/path/to/project' };

// Commands of root would be another user's, and the folders of root closed to them.
const server = fixture(() => startTestServer({ embedded: true, variables: { SANDBOX: 'none' } }));
const elsewhere = fixture(async () => {
  const { path, remove } = await createFolder();
  return { path, stop: remove };
});
const ann = fixture(() => openAccount(server.url, 'ann@example.com'));

/** A client with the token of GraphiQL's page. */
async function localAdmin(): Promise<LegacyClient> {
  const { token } = await server.localAdmin();
  const ask = createLegacyClient(`${server.url}/mini-devin`);
  return (method, path, body) => ask(method, path, body, { authorization: `Bearer ${token}` });
}

const ownFolder = (id: string) => join(server.config.workspaceRoots[0]!, id);

/** Works in the session, and is over when it answers. */
async function write(ask: LegacyClient, session: LegacyAnswer, text: string): Promise<void> {
  const call = `write_file ${JSON.stringify({ path: 'made.txt', content: text })}`;
  const description = `Call ${call}, then finish {"summary":"Done"}`;
  const path = `/api/sessions/${session.body.id}/tasks`;
  const { body } = await ask('POST', path, { description, model: 'demo', run_mode: 'offline' });
  const task = await vi.waitUntil(
    async () => {
      const answer = await ask('GET', `/api/tasks/${body.id}`);
      return answer.body.status !== 'running' && answer.body;
    },
    { timeout: 20_000, interval: 50 },
  );
  expect(task).toMatchObject({ status: 'completed', result: { success: true } });
}

async function userIdOf(token: string): Promise<string> {
  const answer = await createLegacyClient(`${server.url}/graphql`)(
    'POST',
    '',
    { query: '{ viewer { id } }' },
    { authorization: `Bearer ${token}` },
  );
  return atob(answer.body.data.viewer.id).split(':')[1]!;
}

test('the body of the document is answered as documented, and agents work below the account’s own folder', async () => {
  const made = await ann.ask('POST', '/api/sessions', BODY);
  expect([made.status, made.body]).toEqual([
    200,
    { id: uuid, ...BODY, status: 'active', created_at: moment },
  ]);
  expect((await ann.ask('GET', `/api/sessions/${made.body.id}`)).body).toMatchObject(BODY);
  const path = join(ownFolder(await userIdOf(ann.token)), 'path/to/project');
  const document = 'query ($id: ID!) { session(id: $id) { workingDirectory namedDirectory } }';
  const { session } = data((await ann.query(document, { id: globalIdOf('Session', made.body.id) })).body);
  expect(session).toEqual({ workingDirectory: path, namedDirectory: '/path/to/project' });
  await write(ann.ask, made, 'of Ann');
  expect(readFileSync(join(path, 'made.txt'), 'utf8')).toBe('of Ann');
  expect(existsSync('/path/to/project')).toBe(false);
});

test('folders of the server are neither read nor changed, whoever named them before', async () => {
  const bob = await openAccount(server.url, 'bob@example.com');
  writeFileSync(join(elsewhere.path, 'secret'), 'secret');
  const before = execFileSync('find', [elsewhere.path, '-printf', '%p %T@ %C@ %s\n'], { encoding: 'utf8' });
  for (const working_directory of [elsewhere.path, '/etc', BODY.working_directory]) {
    const made = await bob.ask('POST', '/api/sessions', { ...BODY, working_directory });
    expect([made.status, made.body.working_directory]).toEqual([200, working_directory]);
    await write(bob.ask, made, 'of Bob');
    const own = join(ownFolder(await userIdOf(bob.token)), working_directory);
    expect(readdirSync(own)).toEqual(['made.txt']);
  }
  const after = execFileSync('find', [elsewhere.path, '-printf', '%p %T@ %C@ %s\n'], { encoding: 'utf8' });
  expect(after).toBe(before);
});

test('a link that commands have left does not lead outside', async () => {
  const eve = await openAccount(server.url, 'eve@example.com');
  await eve.ask('POST', '/api/sessions', { ...BODY, working_directory: '/path' });
  const own = ownFolder(await userIdOf(eve.token));
  symlinkSync(elsewhere.path, join(own, 'path/to'));
  const before = readdirSync(elsewhere.path);
  for (const working_directory of ['/path/to', '/path/to/project']) {
    const answer = await eve.ask('POST', '/api/sessions', { ...BODY, working_directory });
    const detail = containing('working_directory: is not a permitted folder');
    expectRefusal(answer, 422, 'VALIDATION_ERROR', detail);
  }
  expect(readdirSync(elsewhere.path)).toEqual(before);
});

test('the local admin of a server on loopback works in a folder of the server’s own user', async () => {
  const ask = await localAdmin();
  const working_directory = join(elsewhere.path, 'project');
  mkdirSync(working_directory);
  const made = await ask('POST', '/api/sessions', { ...BODY, working_directory });
  expect([made.status, made.body.working_directory]).toEqual([200, working_directory]);
  await write(ask, made, 'of the admin');
  expect(readFileSync(join(working_directory, 'made.txt'), 'utf8')).toBe('of the admin');
  // It is not the server's, and stays.
  expect((await ask('DELETE', `/api/sessions/${made.body.id}`)).status).toBe(204);
  expect(existsSync(join(working_directory, 'made.txt'))).toBe(true);
  expect((await ask('POST', '/api/sessions', BODY)).body).toMatchObject(BODY);
  const data = await ask('POST', '/api/sessions', { ...BODY, working_directory: server.config.dataDir });
  expectRefusal(data, 422, 'VALIDATION_ERROR', containing('is not a permitted folder'));
});

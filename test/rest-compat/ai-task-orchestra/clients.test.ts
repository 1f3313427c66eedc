import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { PYTHON, runClient } from '../../harness/client-programs.ts';
import { fixture } from '../../harness/fixture.ts';
import { startGitServer } from '../../harness/git-server.ts';
import { startTestServer } from '../../harness/server.ts';
import { startVendor } from '../../harness/vendor/server.ts';
import { openAccount } from './account.ts';

const CLIENTS = join(import.meta.dirname, '../clients');

let repository: string;

const vendor = fixture(startVendor);
const remote = fixture(startGitServer);
beforeAll(async () => {
  repository = await remote.add('builds', { 'ci/build.sh': 'echo built' });
});
const server = fixture(() =>
  startTestServer({ variables: { OLLAMA_HOST: vendor.url, OUTBOUND_ALLOW: '127.0.0.1' } }),
);

/** As an account of its own. */
async function walk(program: string, file: string): Promise<string> {
  const { key } = await openAccount(server);
  return runClient(program, [join(CLIENTS, file), `${server.url}/ai-task-orchestra`, key, repository]);
}

test.skipIf(!PYTHON)(
  'a Python program walks the document with requests',
  async () => {
    expect(await walk(PYTHON!, 'ai_task_orchestra.py')).toBe('walked');
  },
  60_000,
);

test('a page walks it with fetch', async () => {
  expect(await walk(process.execPath, 'ai-task-orchestra.mjs')).toBe('walked');
});

import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { PYTHON, runClient } from '../../harness/client-programs.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { startVendor } from '../../harness/vendor/server.ts';

const CLIENTS = join(import.meta.dirname, '../clients');

const vendor = fixture(startVendor);
const server = fixture(() => startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1` } }));

const plan = (first: string, second: string) => ({
  name: 'update_plan',
  arguments: {
    steps: [
      { id: 'step-1', description: 'Read the failing test', status: first },
      { id: 'step-2', description: 'Fix the assertion', status: second },
    ],
  },
});
const summary = 'Fixed the test by updating the expected value';

beforeEach(() => {
  vendor.scripts.set('gpt-4o', [
    { toolCalls: [plan('in_progress', 'pending')] },
    {
      toolCalls: [
        { name: 'write_file', arguments: { path: 'tests/test_api.py', content: 'assert 1 + 1 == 2\n' } },
      ],
    },
    { toolCalls: [{ name: 'terminal', arguments: { command: 'cat tests/test_api.py' } }] },
    { toolCalls: [plan('completed', 'completed')] },
    { toolCalls: [{ name: 'finish', arguments: { summary } }] },
  ]);
});

function walk(program: string, file: string, email: string): Promise<string> {
  return runClient(program, [join(CLIENTS, file), `${server.url}/mini-devin`, email]);
}

test.skipIf(!PYTHON)(
  'a Python program walks the document with requests',
  async () => {
    expect(await walk(PYTHON!, 'mini_devin.py', 'python@example.com')).toBe('walked');
  },
  60_000,
);

test('a page walks it with fetch', async () => {
  expect(await walk(process.execPath, 'mini-devin.mjs', 'page@example.com')).toBe('walked');
});

test('a page follows its tasks by WebSocket, and stops one by it', async () => {
  expect(await walk(process.execPath, 'mini-devin-socket.mjs', 'socket@example.com')).toBe('followed');
});

import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { PYTHON, runClient } from '../../harness/client-programs.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { startVendor } from '../../harness/vendor/server.ts';

const CLIENTS = join(import.meta.dirname, '../clients');

const vendor = fixture(startVendor);
const server = fixture(() => startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1` } }));
beforeAll(async () => {
  // The first of all is the admin, whom nothing is forbidden.
  await server.newUser();
});

async function walk(program: string, file: string): Promise<string> {
  const { token } = await server.newUser();
  return runClient(program, [join(CLIENTS, file), `${server.url}/themachine`, token!]);
}

test.skipIf(!PYTHON)(
  'a Python program walks the document with requests',
  async () => {
    expect(await walk(PYTHON!, 'themachine.py')).toBe('walked');
  },
  60_000,
);

test('a page walks it with fetch, and follows it by WebSocket', async () => {
  expect(await walk(process.execPath, 'themachine.mjs')).toBe('walked');
});

import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PYTHON, runClient } from '../../harness/client-programs.ts';
import { startTestServer, type TestServer } from '../../harness/server.ts';
import { startVendor, type Vendor } from '../../harness/vendor/server.ts';

const CLIENTS = join(import.meta.dirname, '../clients');

let vendor: Vendor;
let server: TestServer;

beforeAll(async () => {
  vendor = await startVendor();
  server = await startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1` } });
  // The first of all is the admin, whom nothing is forbidden.
  await server.newUser();
});
afterAll(async () => {
  await server?.stop();
  await vendor?.stop();
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

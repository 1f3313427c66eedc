import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PYTHON, runClient } from '../../harness/client-programs.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';

const CLIENTS = join(import.meta.dirname, '../clients');

const server = fixture(startTestServer);

/** The document has no registration. @returns who logs in. */
async function newUser(email: string): Promise<string> {
  await server.anonymous.register({ email, password: 'a good password', name: email });
  return email;
}

describe.each(['/amas', ''])('under %j', (mount) => {
  const about = mount || 'root';

  test.skipIf(!PYTHON)(
    'a Python program walks the document with requests',
    async () => {
      const user = await newUser(`python.${about.replace('/', '')}@example.com`);
      const program = join(CLIENTS, 'amas.py');
      expect(await runClient(PYTHON!, [program, `${server.url}${mount}/api/v1`, user])).toBe('walked');
    },
    60_000,
  );

  test('a page makes a task with fetch and follows it by WebSocket', async () => {
    const user = await newUser(`page.${about.replace('/', '')}@example.com`);
    const socket = `${server.url.replace(/^http/, 'ws')}${mount}/ws`;
    const parameters = [join(CLIENTS, 'amas.mjs'), `${server.url}${mount}/api/v1`, socket, user];
    expect(await runClient(process.execPath, parameters)).toBe('followed');
  });
});

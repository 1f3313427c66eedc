import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../harness/server.ts';
import { createLegacyClient, type LegacyClient } from './legacy-client.ts';

let server: TestServer;
let ask: LegacyClient;

beforeAll(async () => {
  server = await startTestServer({ worker: false });
  ask = createLegacyClient(server.url);
});
afterAll(() => server?.stop());

test.each(['/api/nothing?x=/tasks/%zz', '/api/tasks/x/nothing?x=/agents/%'])(
  'what follows the path names nothing: %s',
  async (path) => {
    const { status, body } = await ask('GET', path);
    expect(status).toBe(404);
    expect(body).toMatchObject({ status_code: 404, code: 'NOT_FOUND', error_code: 'NOT_FOUND' });
  },
);

import { beforeAll, expect, test } from 'vitest';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { createLegacyClient, type LegacyClient } from './clients/legacy-client.ts';

let ask: LegacyClient;
let bearer: Record<string, string>;

const server = fixture(() => startTestServer({ worker: false, variables: { RATE_LIMIT_FACTOR: '100' } }));
beforeAll(async () => {
  ask = createLegacyClient(server.url);
  const account = { email: 'names@example.com', password: 'securepassword', name: 'N' };
  await ask('POST', '/mini-devin/api/auth/register', account);
  const { body } = await ask('POST', '/mini-devin/api/auth/login', account);
  bearer = { authorization: `Bearer ${body.access_token}` };
});

const TM = '/themachine/api/v1';

test.each([
  ['GET', '/mini-devin/api/sessions/x', 'session_id'],
  ['DELETE', '/mini-devin/api/sessions/x', 'session_id'],
  ['GET', '/mini-devin/api/sessions/x/tasks', 'session_id'],
  ['GET', `${TM}/agents/x`, 'agent_id'],
  ['DELETE', `${TM}/agents/x`, 'agent_id'],
  ['GET', `${TM}/orchestration/workflows/x`, 'workflow_id'],
  ['DELETE', `${TM}/orchestration/workflows/x`, 'workflow_id'],
  ['GET', `${TM}/orchestration/executions/x`, 'execution_id'],
  ['POST', `${TM}/orchestration/executions/x/cancel`, 'execution_id'],
])('%s %s names what is not there as its document does', async (method, path, name) => {
  const { status, body } = await ask(method, path, undefined, bearer);
  expect([status, body.detail]).toEqual([404, expect.stringMatching(new RegExp(`^${name}: `))]);
});

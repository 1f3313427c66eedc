import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { runClient } from '../../../harness/client-programs.ts';
import { fixture } from '../../../harness/fixture.ts';
import { freePort } from '../../../harness/free-port.ts';
import { startGitServer } from '../../../harness/git-server.ts';
import { startTestServer, type TestServer } from '../../../harness/server.ts';
import { startVendor } from '../../../harness/vendor/server.ts';
import { openAccount } from '../../ai-task-orchestra/account.ts';
import { scriptMiniDevin } from './scripts.ts';
import { STRICT_PYTHON } from './strict-client.ts';

const DIALECTS = ['mini-devin', 'amas', 'ai-task-orchestra'] as const;
type Name = (typeof DIALECTS)[number];

let ports: Record<Name, number>;
let repository: string;

const vendor = fixture(startVendor);
const remote = fixture(startGitServer);
const server = fixture(async (): Promise<TestServer> => {
  const free = await Promise.all(DIALECTS.map(() => freePort()));
  ports = Object.fromEntries(DIALECTS.map((name, index) => [name, free[index]])) as typeof ports;
  return startTestServer({
    variables: {
      OPENAI_BASE_URL: `${vendor.url}/v1`,
      OLLAMA_HOST: vendor.url,
      OUTBOUND_ALLOW: '127.0.0.1',
      COMPAT_PORTS: DIALECTS.map((name) => `${name}:${ports[name]}`).join(','),
    },
  });
});
beforeAll(async () => {
  repository = await remote.add('builds', { 'ci/build.sh': 'echo built' });
});

/** Where the clients of a document may find its API. */
const PLACES = {
  mount: (name: Name) => `${server.url}/${name}`,
  root: () => server.url,
  port: (name: Name) => `http://127.0.0.1:${ports[name]}`,
};

describe.each(Object.entries(PLACES))('at the %s', (place, baseOf) => {
  const run = (program: string, name: Name, ...parameters: string[]) =>
    runClient(STRICT_PYTHON, [join(import.meta.dirname, program), baseOf(name), ...parameters]);

  test('Mini-Devin', async () => {
    scriptMiniDevin(vendor);
    expect(await run('mini_devin.py', 'mini-devin', `devin.${place}@example.com`, place, 'bubblewrap')).toBe(
      '0 breaks',
    );
  });

  test('AMAS', async () => {
    vendor.scripts.clear();
    const email = `amas.${place}@example.com`;
    await server.anonymous.register({ email, password: 'a good password', name: email });
    expect(await run('amas.py', 'amas', email)).toBe('0 breaks');
  });

  test('AI Task Orchestra', async () => {
    const { key } = await openAccount(server);
    expect(await run('ai_task_orchestra.py', 'ai-task-orchestra', key, repository, 'bubblewrap')).toBe(
      '0 breaks',
    );
  });
});

import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { DIALECTS, type Dialect } from '../../../../src/vocabulary.ts';
import { createClient } from '../../../harness/client.ts';
import { runClient } from '../../../harness/client-programs.ts';
import { startDeployment } from '../../../harness/deployment.ts';
import { fixture } from '../../../harness/fixture.ts';
import { createFolder } from '../../../harness/folder.ts';
import { freePort } from '../../../harness/free-port.ts';
import { startGitServer } from '../../../harness/git-server.ts';
import { createPrograms } from '../../../harness/programs.ts';
import { startVendor } from '../../../harness/vendor/server.ts';
import { openAccount } from '../../ai-task-orchestra/account.ts';
import { scriptMiniDevin, scriptTheMachine } from './scripts.ts';
import { STRICT_PYTHON } from './strict-client.ts';

/** For a Python to start on a machine that is busy. */
const TIMED = { timeout: 120_000 };

/**
 * Machines without bubblewrap; with it, the other tests of this folder run each client at every address. Here each has
 * another address on each machine, because a sandbox does not depend on addresses.
 */
const MACHINES = [
  {
    machine: 'a machine without bubblewrap',
    without: ['bwrap'],
    variables: {},
    sandbox: 'unshare',
    line: /Commands of agents and templates are isolated by: unshare, .*bubblewrap: .*bwrap: not found/,
    addresses: {
      'mini-devin': 'port',
      amas: 'mount',
      'ai-task-orchestra': 'root',
      themachine: 'mount',
      orchestratex: 'port',
    },
  },
  {
    machine: 'a machine without bubblewrap and util-linux',
    without: ['bwrap', 'unshare', 'setpriv'],
    variables: {},
    sandbox: 'unavailable',
    line: /Agents work without commands and files: .*bwrap: not found; unshare: .*not found/,
    addresses: {
      'mini-devin': 'root',
      amas: 'port',
      'ai-task-orchestra': 'mount',
      themachine: 'port',
      orchestratex: 'mount',
    },
  },
  {
    machine: 'a machine on which an operator has turned the sandbox off',
    without: [],
    variables: { SANDBOX: 'none' },
    sandbox: 'none',
    line: /Commands of agents and templates are isolated by: none, so that they have all rights of the server/,
    addresses: {
      'mini-devin': 'mount',
      amas: 'root',
      'ai-task-orchestra': 'port',
      themachine: 'root',
      orchestratex: 'root',
    },
  },
] as const;

const vendor = fixture(startVendor);
const remote = fixture(startGitServer);
let repository: string;
beforeAll(async () => {
  repository = await remote.add('builds', { 'ci/build.sh': 'echo built' });
});

/** `npm start` on such a machine. */
async function startOn({ without, variables }: (typeof MACHINES)[number]) {
  await using started = new AsyncDisposableStack();
  const programs = await createPrograms(without);
  started.defer(() => programs.remove());
  const folder = await createFolder();
  started.defer(() => folder.remove());
  const free = await Promise.all(DIALECTS.map(async (name) => [name, await freePort()] as const));
  const deployment = await startDeployment(
    {
      PATH: programs.path,
      DATA_DIR: folder.path,
      OPENAI_BASE_URL: `${vendor.url}/v1`,
      ANTHROPIC_BASE_URL: vendor.url,
      OLLAMA_HOST: vendor.url,
      OUTBOUND_ALLOW: '127.0.0.1',
      COMPAT_ANONYMOUS: 'orchestratex',
      COMPAT_PORTS: free.map((each) => each.join(':')).join(','),
      PROVIDER_RETRY_SECONDS: '0',
      ...variables,
    },
    {},
    'start',
  );
  started.defer(() => deployment.stop());
  const { url, output } = deployment.api;
  const ports = Object.fromEntries(free) as Record<Dialect, number>;
  const running = started.move();
  return {
    url,
    output,
    newUser: (name: string) =>
      createClient(url).register({ email: `${name}@example.com`, password: 'a good password', name }),
    at: (name: Dialect, address: 'mount' | 'root' | 'port') =>
      ({ mount: `${url}/${name}`, root: url, port: `http://127.0.0.1:${ports[name]}` })[address],
    stop: () => running.disposeAsync(),
  };
}

describe.each(MACHINES)('on $machine', (given) => {
  const { sandbox, line, addresses } = given;
  const server = fixture(() => startOn(given));
  const run = (program: string, name: Dialect, ...parameters: string[]) =>
    runClient(STRICT_PYTHON, [
      join(import.meta.dirname, program),
      server.at(name, addresses[name]),
      ...parameters,
    ]);

  /** What the last request of a model has of its calls. */
  const resultsOf = (model: string) => {
    const { messages } = vendor.requests.findLast(({ body }) => body.model === model)!.body as unknown as {
      messages: { role: string; content: string }[];
    };
    return messages.filter(({ role }) => role === 'tool').map(({ content }) => content);
  };

  test('the sandbox is named when the server starts, and in /health', async () => {
    expect(server.output()).toMatch(line);
    expect(await (await fetch(`${server.url}/health`)).json()).toMatchObject({ status: 'healthy', sandbox });
  });

  test('Mini-Devin', TIMED, async () => {
    scriptMiniDevin(vendor);
    const address = addresses['mini-devin'];
    expect(await run('mini_devin.py', 'mini-devin', 'devin@example.com', address, sandbox)).toBe('0 breaks');
  });

  test('AMAS', TIMED, async () => {
    vendor.scripts.clear();
    await server.newUser('amas');
    expect(await run('amas.py', 'amas', 'amas@example.com')).toBe('0 breaks');
  });

  test('AI Task Orchestra', TIMED, async () => {
    const { key } = await openAccount({ url: server.url, newUser: () => server.newUser('orchestra') });
    expect(await run('ai_task_orchestra.py', 'ai-task-orchestra', key, repository, sandbox)).toBe('0 breaks');
  });

  test('TheMachine', TIMED, async () => {
    scriptTheMachine(vendor);
    const { token } = await server.newUser('machine');
    expect(await run('themachine.py', 'themachine', token!)).toBe('walked');
    const none = (tool: string) => expect.stringContaining(`There is no tool ${tool}.`);
    expect(resultsOf('gpt-4o@key=builder')).toEqual(
      sandbox === 'unavailable'
        ? [none('write_file'), none('terminal')]
        : [expect.any(String), 'ok\n[exit code 0]'],
    );
  });

  test('OrchestrateX', TIMED, async () => {
    vendor.scripts.clear();
    expect(await run('orchestratex.py', 'orchestratex', 'someone')).toBe('walked');
  });
});

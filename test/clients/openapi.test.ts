import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, test } from 'vitest';
import { DIALECTS } from '../../src/vocabulary.ts';
import { data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { createFolder } from '../harness/folder.ts';
import { startTestServer } from '../harness/server.ts';
import { runProgram } from './run-program.ts';

const server = fixture(() => startTestServer());
const ann = fixture(() => server.newUser());
let key: string;
beforeAll(async () => {
  key = data(await ann.query('mutation { createApiKey(input: { name: "a" }) { key } }')).createApiKey.key;
});
const folder = fixture(async () => {
  const { path, remove } = await createFolder();
  return { path, stop: remove };
});

describe.each(DIALECTS)('the OpenAPI document of %s', (name) => {
  const url = () => `${server.url}/${name}/openapi.json`;

  async function download(): Promise<string> {
    const file = join(folder.path, `${name}.json`);
    await writeFile(file, await (await fetch(url())).text());
    return file;
  }

  test('passes the linter of redocly', async () => {
    await runProgram('openapi', 'node_modules/.bin/redocly', ['lint', await download()]);
  });

  test('becomes TypeScript that compiles', async () => {
    const types = join(folder.path, `${name}.ts`);
    const parameters = [await download(), '--redocly', 'redocly.yaml', '--output', types];
    await runProgram('openapi', 'node_modules/.bin/openapi-typescript', parameters);
    await runProgram('openapi', 'tsc', ['--ignoreConfig', '--noEmit', '--strict', types]);
  });

  test('becomes a client in Python without warnings', async () => {
    const output = join(folder.path, `${name}-client`);
    const parameters = ['--config', 'generate.yaml', '--fail-on-warning', '--output-path', output];
    const generate = ['generate', '--path', await download(), ...parameters];
    await runProgram('openapi-python', '.venv/bin/openapi-python-client', generate);
    await runProgram('openapi-python', '.venv/bin/python', ['-m', 'compileall', '-q', output]);
  });

  test('describes what the server does', { timeout: 300_000 }, async () => {
    // The kind of credentials that the API's own document has; schemathesis generates the other kind, which is invalid.
    const credentials =
      name === 'ai-task-orchestra' ? `X-API-Key: ${key}` : `Authorization: Bearer ${ann.token}`;
    await runProgram('openapi-python', '.venv/bin/schemathesis', ['run', url(), '--header', credentials]);
  });
});

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { environment } from '../../src/start/variables.ts';
import { data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { differences } from './differences.ts';
import { type Example, examples, PAGES, type Page, ROOT } from './pages.ts';
import { openWorld } from './world.ts';

const run = promisify(execFile);

let variables: Record<string, string>;

const world = fixture(openWorld);
beforeAll(async () => {
  const { admin, server } = world;
  const created = data(await admin.query('mutation { createApiKey(input: { name: "docs" }) { key } }'));
  const session = await fetch(`${server.url}/session`, {
    method: 'POST',
    headers: { authorization: `Bearer ${admin.token}` },
  });
  variables = {
    PATH: `${ROOT}node_modules/.bin:${process.env.PATH}`,
    DATA_DIR: server.config.dataDir,
    SERVER: server.url,
    TOKEN: admin.token!,
    KEY: created.createApiKey.key,
    COOKIE: session.headers.getSetCookie()[0]!.split(';')[0]!,
    TASK_ID: await admin.createTask({ prompt: 'Hello', model: 'demo' }),
  };
});

const isRequest = ({ block }: Example) => /\bcurl /.test(block.text);
const requests = (page: Page) => examples(page, 'sh').filter(isRequest);
const scripts = PAGES.flatMap((page) =>
  examples(page, 'sh')
    .filter((example) => !isRequest(example))
    .map(({ block }) => ({ path: page.path, ...block })),
);

test('pages with commands', () => {
  expect(scripts.length).toBeGreaterThan(5);
  const paths = PAGES.filter((page) => requests(page).length > 0).map(({ path }) => path);
  const dialects = ['themachine', 'ai-task-orchestra', 'mini-devin', 'amas', 'orchestratex'];
  expect(paths).toEqual(
    expect.arrayContaining([
      'README.md',
      'docs/operations.md',
      ...dialects.map((name) => `docs/legacy/${name}.md`),
    ]),
  );
});

describe.each(PAGES.filter((page) => requests(page).length > 0))('$path', (page) => {
  test('its requests are answered, in one shell, as the page shows', async () => {
    const blocks = requests(page);
    const script = [CURL, ...blocks.map(({ block }) => block.text)].join(`\necho '${MARK}'\n`);
    const { stdout } = await run('bash', ['--norc', '-euo', 'pipefail', '-c', script], {
      cwd: ROOT,
      env: variables,
    });
    const [, ...outputs] = stdout.split(`${MARK}\n`);
    expect(outputs).toHaveLength(blocks.length);
    for (const [index, { block, answer }] of blocks.entries())
      if (answer)
        expect(differences(JSON.parse(answer.text), JSON.parse(outputs[index]!)), block.text).toEqual([]);
  });
});

const MARK = '-- next block --';
const CURL = 'curl() { node test/docs/curl.ts "$@"; }';

test.each(scripts)('$path, line $line: scripts of the project, with variables that it reads', ({ text }) => {
  const { scripts: known } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));
  const commands = text.split(/\n|&&/).filter((line) => /\b(npm|npx|node) /.test(line));
  expect(commands.length).toBeGreaterThan(0);
  for (const command of commands) {
    const script = /\bnpm (?:run )?(?:--\S+ )*([\w:]+)/.exec(command)?.[1];
    if (script !== 'ci') expect(known).toHaveProperty([script!]);
    const given = Object.fromEntries(
      [...command.matchAll(/([A-Z_]+)=(\S+)/g)].map(([, name, value]) => [name, value!]),
    );
    if (!script?.startsWith('start')) continue;
    expect(Object.keys(environment.shape)).toEqual(expect.arrayContaining(Object.keys(given)));
    expect(() => readConfig({ ...given, ...hidden(given) })).not.toThrow();
  }
});

/** What a page leaves out of a secret. */
function hidden(given: Record<string, string>): Record<string, string> {
  const secrets = {
    JWT_SECRET: 'a secret of the tests, long enough',
    SECRETS_KEY: Buffer.alloc(32).toString('base64'),
  };
  return Object.fromEntries(Object.entries(secrets).filter(([name]) => given[name] === '…'));
}

const programs = PAGES.flatMap((page) =>
  examples(page, 'js').map(({ block }) => ({ path: page.path, ...block })),
);

test('pages with programs', () => {
  expect(programs.length).toBeGreaterThan(1);
});

test.each(programs)('$path, line $line: the program ends without an error', async ({ text }) => {
  const program = text.replaceAll('localhost:8000', new URL(world.server.url).host);
  const given = ['--import', './test/docs/page-fetch.ts', '--input-type=module', '--eval', program];
  const { stderr } = await run('node', given, { cwd: ROOT, env: variables });
  expect(stderr).not.toContain('Error');
});

import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { fixture } from '../harness/fixture.ts';
import { createFolder } from '../harness/folder.ts';
import { startTestServer } from '../harness/server.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);
const server = fixture(() => startTestServer());
const ann = fixture(() => server.newUser());
const folder = fixture(createFolder, { stop: (one) => one.remove() });

const PROGRAM = `
import { createPolyphony } from 'polyphony-client';
import { polyphonyLink } from 'polyphony-client/apollo';
import { trustedDocuments } from 'polyphony-client/trusted-documents';
const [url, token, taskId] = process.argv.slice(2);
const polyphony = createPolyphony({ url, token });
let last = '';
for await (const { text } of polyphony.followText(taskId)) last = text;
for await (const { __typename } of polyphony.followRun(taskId)) if (__typename === 'RunCompleted') last += '|' + __typename;
console.log(last + '|' + typeof polyphonyLink + '|' + typeof trustedDocuments);
`;

/** Its types are those of the schema: the comment fails the check when the error is missing. */
const TYPED = `
import { createPolyphony, PolyphonyError, type RunEvent } from 'polyphony-client';
const polyphony = createPolyphony({ url: 'http://localhost', token: 'x' });
for await (const event of polyphony.followRun('x')) {
  if (event.__typename === 'TokensGenerated') console.log(event.text.length, event.seq + 1);
  // @ts-expect-error no such event
  if (event.__typename === 'Unknown') console.log(event);
}
export const isMissing = (error: unknown) => error instanceof PolyphonyError && error.code === 'NOT_FOUND';
export type Event = RunEvent;
`;

test('given the packed package in a new folder, then a plain program follows a run, exits by itself, and has types', async () => {
  const npm = (...parameters: string[]) => run('npm', parameters, { cwd: folder.path });
  await run('npm', ['pack', '--silent', '-w', 'polyphony-client', '--pack-destination', folder.path], {
    cwd: ROOT,
  });
  await writeFile(join(folder.path, 'package.json'), '{ "type": "module" }');
  await npm(
    'install',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    './polyphony-client-1.0.0.tgz',
    '@apollo/client@4.3.8',
    'graphql@17.1.0',
    'rxjs@7.8.2',
  );
  await writeFile(join(folder.path, 'program.js'), PROGRAM);
  await writeFile(join(folder.path, 'typed.ts'), TYPED);
  const id = await ann.createTask({ prompt: 'x', model: 'demo@tokens=5,itl=5' });
  const parameters = ['program.js', `${server.url}/graphql`, ann.token!, id];
  const { stdout } = await run(process.execPath, parameters, { cwd: folder.path });
  const { output } = (await ann.query('query ($id: ID!) { task(id: $id) { output } }', { id })).data.task;
  expect(stdout.trim()).toBe(`${output}|RunCompleted|function|function`);
  const options = [
    '--noEmit',
    '--strict',
    '--target',
    'esnext',
    '--module',
    'nodenext',
    '--lib',
    'esnext,dom',
  ];
  const tsc = join(ROOT, 'node_modules/.bin/tsc');
  await run(tsc, [...options, '--types', '', '--ignoreConfig', 'typed.ts'], { cwd: folder.path });
}, 180_000);

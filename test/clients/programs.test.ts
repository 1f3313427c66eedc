import { beforeAll, describe, expect, test } from 'vitest';
import type { Client } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { answerText, startVendor } from '../harness/vendor/server.ts';
import { runProgram } from './run-program.ts';

const vendor = fixture(startVendor);
const server = fixture(() => startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1` } }));

/** Each logs in, lists sessions, creates a task, follows it to its end, and pages through tasks by two. */
const CLIENTS = [
  { client: 'codegen', steps: ['npm run build', 'tsc -p .'], start: 'npm --silent start --' },
  { client: 'gql-tada', steps: ['npm run build', 'tsc -p .'], start: 'npm --silent start --' },
  { client: 'genql', steps: ['npm run build', 'tsc -p .'], start: 'npm --silent start --' },
  { client: 'graphql-sse', steps: ['tsc -p .'], start: 'npm --silent start --' },
  { client: 'graphql-sse', steps: [], start: 'npm --silent start -- --single-connection' },
  { client: 'python', steps: [], start: '.venv/bin/python scenario.py' },
];

const PASSWORD = 'a good password';

describe.each(CLIENTS)('$client: $start', ({ client, steps, start }) => {
  const email = `${start.replaceAll(/\W/g, '')}@${client}.example.com`;
  let older: string[];

  beforeAll(async () => {
    const ann = await server.anonymous.register({ email, password: PASSWORD, name: client });
    for (const name of ['First', 'Second']) await createSession(ann, name);
    older = [];
    for (const prompt of ['one', 'two', 'three', 'four'])
      older.push(await ann.createTask({ prompt, hold: true }));
  });

  test.each(steps)('%s', async (step) => {
    await run(client, step);
  });

  test('does what it is for', async () => {
    const printed = await run(
      client,
      start,
      `${server.url}/graphql`,
      email,
      PASSWORD,
      'gpt-4o@tokens=60,itl=5',
    );
    const { id, ...seen } = JSON.parse(printed);
    const [first, second, third, fourth] = older;
    expect(seen).toEqual({
      sessions: ['Second', 'First'],
      text: answerText(60),
      task: { status: 'COMPLETED', output: answerText(60), finishReason: 'STOP' },
      pages: [[id, fourth], [third, second], [first]],
    });
  });
});

test('the schema keeps the rules for schemas and the rules of Relay that graphql-eslint has', async () => {
  await run('eslint', 'npm --silent start');
});

function run(client: string, command: string, ...parameters: string[]): Promise<string> {
  const [program, ...own] = command.split(' ');
  return runProgram(client, program!, [...own, ...parameters]);
}

async function createSession(owner: Client, name: string): Promise<void> {
  const document = 'mutation ($name: String) { createSession(input: { name: $name }) { session { id } } }';
  const { errors } = await owner.query(document, { name });
  if (errors) throw new Error(errors[0]!.message);
}

import { beforeAll, describe, expect, test } from 'vitest';
import { type Answer, createClient, data } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { ask, TRANSPORTS } from '../http/transports.ts';

let runKey: Record<string, string>;
let session: string;

const server = fixture(() => startTestServer({ worker: false }));
const ann = fixture(() => server.newUser());
beforeAll(async () => {
  runKey = await keyWith('RUN');
  session = data(await ann.query('mutation { createSession(input: { name: "kept" }) { session { id } } }'))
    .createSession.session.id;
});

async function keyWith(scopes: string): Promise<Record<string, string>> {
  const made = await ann.query(
    `mutation { createApiKey(input: { name: "k", scopes: [${scopes}] }) { key } }`,
  );
  return { 'x-api-key': data(made).createApiKey.key };
}

const create = (input: string, selected: string) =>
  `mutation { createTask(input: { prompt: "new", hold: true, ${input} }) { task { ${selected} } } }`;
const countTasks = async () =>
  data(await ann.query('{ tasks(first: 100) { nodes { id } } }')).tasks.nodes.length;
const codes = ({ errors = [] }: Answer) => errors.map(({ extensions }) => extensions.code);

describe.each(TRANSPORTS)('over %s, a key that runs but does not read', (transport) => {
  test.each([
    ['session { name }', ''],
    ['session { id tasks(first: 10) { nodes { prompt } } }', ''],
    [
      '...T',
      'fragment T on Task { ... on Node { ... on Task { session { ... on Node { ... on Session { name } } } } } }',
    ],
    ['session { ...A }', 'fragment A on Session { id ...B } fragment B on Session { id name }'],
    ['parts: dependsOn { session { name } }', ''],
  ])('creates nothing when %s is selected, with the fragments "%s"', async (selected, fragments) => {
    const before = await countTasks();
    const document = `${create(`sessionId: "${session}"`, selected)} ${fragments}`;
    const answer = await ask(transport, server.url, runKey, document);
    expect(codes(answer)).toEqual(['FORBIDDEN']);
    expect(answer.errors![0]!.message).toMatch(
      /^Task\.\w+: this needs an API key with the scope READ; the key has RUN/,
    );
    expect(JSON.stringify(answer.data ?? null)).not.toContain('kept');
    expect(await countTasks()).toBe(before);
  });

  test('reads the run that it creates, and the ids that this refers to', async () => {
    const selected = 'prompt status modelCalls { cost } session { ...I }';
    const document = `${create(`sessionId: "${session}"`, selected)} fragment I on Session { __typename id }`;
    const answer = await ask(transport, server.url, runKey, document);
    expect(data(answer).createTask.task).toMatchObject({
      prompt: 'new',
      status: 'PENDING',
      session: { __typename: 'Session', id: session },
    });
  });

  test('reads other objects with READ', async () => {
    const both = await keyWith('RUN, READ');
    const answer = await ask(
      transport,
      server.url,
      both,
      create(`sessionId: "${session}"`, 'session { name }'),
    );
    expect(data(answer).createTask.task.session).toEqual({ name: 'kept' });
  });
});

test('a key with ADMIN alone reads no pages of what it changes', async () => {
  const admin = createClient(server.url, await keyWith('ADMIN'));
  const input = 'platform: WEBHOOK, name: "hook", url: "https://example.com/hook"';
  const make = (selected: string) =>
    admin.query(`mutation { createIntegration(input: { ${input} }) { integration { ${selected} } } }`);
  expect(codes(await make('deliveries(first: 1) { nodes { id } }'))).toEqual(['FORBIDDEN']);
  expect(data(await make('name')).createIntegration.integration).toEqual({ name: 'hook' });
});

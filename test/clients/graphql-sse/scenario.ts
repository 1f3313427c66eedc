import { parseArgs } from 'node:util';
import { type Client, createClient, type RequestParams } from 'graphql-sse';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'single-connection': { type: 'boolean', default: false } },
});
const [url, email, password, model] = positionals as [string, string, string, string];

async function ask<Result>(
  client: Client,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<Result> {
  for await (const { data, errors } of client.iterate<Result>({ query, variables } as RequestParams)) {
    if (errors) throw new Error(errors[0]!.message);
    return data!;
  }
  throw new Error('ended without an answer');
}

const nobody = createClient({ url });
const { login } = await ask<{ login: { token: string } }>(
  nobody,
  'mutation ($input: LoginInput!) { login(input: $input) { token } }',
  { input: { email, password } },
);
nobody.dispose();

const client = createClient({
  url,
  singleConnection: values['single-connection'],
  headers: { authorization: `Bearer ${login.token}` },
});

interface Named {
  nodes: { id: string; name: string }[];
}
const { sessions } = await ask<{ sessions: Named }>(client, '{ sessions(first: 10) { nodes { id name } } }');
const { createTask } = await ask<{ createTask: { task: { id: string } } }>(
  client,
  'mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id } } }',
  { input: { prompt: 'Say something.', model } },
);
const { id } = createTask.task;

let text = '';
for await (const { data, errors } of client.iterate<{ text: { text: string; isRestart: boolean } }>({
  query: 'subscription ($id: ID!) { text(taskId: $id) { seq text isRestart } }',
  variables: { id },
})) {
  if (errors) throw new Error(errors[0]!.message);
  text = (data!.text.isRestart ? '' : text) + data!.text.text;
}

const { task } = await ask<{ task: unknown }>(
  client,
  'query ($id: ID!) { task(id: $id) { status output finishReason } }',
  { id },
);

interface Page {
  nodes: { id: string }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}
async function pagesAfter(after: string | null): Promise<string[][]> {
  const { tasks } = await ask<{ tasks: Page }>(
    client,
    `query ($after: String) { tasks(first: 2, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }`,
    { after },
  );
  const page = tasks.nodes.map((node) => node.id);
  return tasks.pageInfo.hasNextPage ? [page, ...(await pagesAfter(tasks.pageInfo.endCursor))] : [page];
}
const pages = await pagesAfter(null);
client.dispose();
console.log(JSON.stringify({ sessions: sessions.nodes.map(({ name }) => name), id, text, task, pages }));

import { initGraphQLTada, type ResultOf, readFragment, type TadaDocumentNode } from 'gql.tada';
import { print } from 'graphql';
import { createClient } from 'graphql-ws';
import type { introspection } from './generated/graphql-env.d.ts';

const graphql = initGraphQLTada<{
  introspection: introspection;
  scalars: { DateTime: string; JSON: unknown };
}>();

const [url, email, password, model] = process.argv.slice(2) as [string, string, string, string];
let token: string | null = null;

const TaskRow = graphql(`fragment TaskRow on Task { id status createdAt }`);

async function ask<Result, Variables>(
  document: TadaDocumentNode<Result, Variables>,
  variables: Variables,
): Promise<Result> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query: print(document), variables }),
  });
  const { data, errors } = (await response.json()) as { data: Result; errors?: { message: string }[] };
  if (errors) throw new Error(errors[0]!.message);
  return data;
}

const Login = graphql(`mutation Login($input: LoginInput!) { login(input: $input) { token } }`);
const Sessions = graphql(`query Sessions { sessions(first: 10) { nodes { id name } } }`);
const CreateTask = graphql(`
  mutation CreateTask($input: CreateTaskInput!) { createTask(input: $input) { task { id status } } }
`);
const Events = graphql(`
  subscription Events($id: ID!, $after: Int) {
    taskEvents(taskId: $id, after: $after) {
      __typename
      seq
      ... on TokensGenerated { text }
      ... on RunCompleted { result }
      ... on RunFailed { error { code message } }
    }
  }
`);
const Output = graphql(`query Output($id: ID!) { task(id: $id) { status output finishReason } }`);
const Tasks = graphql(
  `
    query Tasks($after: String) {
      tasks(first: 2, after: $after) { nodes { ...TaskRow } pageInfo { hasNextPage endCursor } }
    }
  `,
  [TaskRow],
);

token = (await ask(Login, { input: { email, password } })).login!.token;
const sessions = (await ask(Sessions, {})).sessions!.nodes.map(({ name }) => name);
const { id } = (await ask(CreateTask, { input: { prompt: 'Say something.', model } })).createTask!.task;

const socket = createClient({
  url: url.replace(/^http/, 'ws'),
  connectionParams: { authorization: `Bearer ${token}` },
});
let text = '';
for await (const { data } of socket.iterate<ResultOf<typeof Events>>({
  query: print(Events),
  variables: { id },
})) {
  const event = data!.taskEvents!;
  if (event.__typename === 'TokensGenerated') text += event.text;
  if (event.__typename === 'RunFailed') throw new Error(event.error.message);
}
await socket.dispose();

const task = (await ask(Output, { id })).task!;
async function pagesAfter(after: string | null): Promise<string[][]> {
  const { nodes, pageInfo } = (await ask(Tasks, { after })).tasks!;
  const page = nodes.map((node) => readFragment(TaskRow, node).id);
  return pageInfo.hasNextPage ? [page, ...(await pagesAfter(pageInfo.endCursor))] : [page];
}
console.log(JSON.stringify({ sessions, id, text, task, pages: await pagesAfter(null) }));

import type { ResultOf } from '@graphql-typed-document-node/core';
import { createClient } from 'graphql-ws';
import type { TypedDocumentString } from './generated/graphql.ts';
import { graphql, unmask } from './generated/index.ts';

const [url, email, password, model] = process.argv.slice(2) as [string, string, string, string];
let token: string | null = null;

const RunLine = graphql(`fragment RunLine on Task { id status createdAt }`);

async function ask<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
): Promise<Result> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query: document.toString(), variables }),
  });
  const { data, errors } = (await response.json()) as { data: Result; errors?: { message: string }[] };
  if (errors) throw new Error(errors[0]!.message);
  return data;
}

const Login = graphql(`
  mutation Login($input: LoginInput!) { login(input: $input) { token user { name } } }
`);
const Sessions = graphql(`query Sessions { sessions(first: 10) { nodes { id name } } }`);
const CreateTask = graphql(`
  mutation CreateTask($input: CreateTaskInput!) { createTask(input: $input) { task { id status } } }
`);
const Text = graphql(`
  subscription Text($id: ID!, $after: Int) { text(taskId: $id, after: $after) { seq text isRestart } }
`);
const Output = graphql(`query Output($id: ID!) { task(id: $id) { status output finishReason } }`);
const Tasks = graphql(`
  query Tasks($after: String) {
    tasks(first: 2, after: $after) { nodes { ...RunLine } pageInfo { hasNextPage endCursor } }
  }
`);

token = (await ask(Login, { input: { email, password } })).login!.token;
const sessions = (await ask(Sessions, {})).sessions!.nodes.map(({ name }) => name);
const { id } = (await ask(CreateTask, { input: { prompt: 'Say something.', model } })).createTask!.task;

const socket = createClient({
  url: url.replace(/^http/, 'ws'),
  connectionParams: { authorization: `Bearer ${token}` },
});
let text = '';
for await (const { data } of socket.iterate<ResultOf<typeof Text>>({
  query: Text.toString(),
  variables: { id },
})) {
  const part = data!.text;
  text = (part.isRestart ? '' : text) + part.text;
}
await socket.dispose();

const task = (await ask(Output, { id })).task!;
async function pagesAfter(after: string | null): Promise<string[][]> {
  const { nodes, pageInfo } = (await ask(Tasks, { after })).tasks!;
  const page = nodes.map((node) => unmask(RunLine, node).id);
  return pageInfo.hasNextPage ? [page, ...(await pagesAfter(pageInfo.endCursor))] : [page];
}
console.log(JSON.stringify({ sessions, id, text, task, pages: await pagesAfter(null) }));

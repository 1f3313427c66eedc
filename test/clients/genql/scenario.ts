import { createClient as createSocketClient } from 'graphql-ws';
import { createClient, generateSubscriptionOp, type SubscriptionResult } from './generated/index.ts';

const [url, email, password, model] = process.argv.slice(2) as [string, string, string, string];
const { login } = await createClient({ url }).mutation({
  login: { __args: { input: { email, password } }, token: true },
});
const authorization = `Bearer ${login!.token}`;
const client = createClient({ url, headers: { authorization } });

const found = await client.query({ sessions: { __args: { first: 10 }, nodes: { id: true, name: true } } });
const sessions = found.sessions!.nodes.map(({ name }) => name);
const created = await client.mutation({
  createTask: { __args: { input: { prompt: 'Say something.', model } }, task: { id: true, status: true } },
});
const { id } = created.createTask!.task;

const follow = {
  taskEvents: {
    __args: { taskId: id },
    __typename: true,
    seq: true,
    on_TokensGenerated: { text: true },
    on_RunFailed: { error: { code: true, message: true } },
  },
} as const;
const { query, variables } = generateSubscriptionOp(follow);
const socket = createSocketClient({ url: url.replace(/^http/, 'ws'), connectionParams: { authorization } });
let text = '';
for await (const { data } of socket.iterate<SubscriptionResult<typeof follow>>({
  query,
  variables: variables as Record<string, unknown>,
})) {
  const event = data!.taskEvents!;
  if (event.__typename === 'TokensGenerated') text += event.text;
  if (event.__typename === 'RunFailed') throw new Error(event.error.message);
}
await socket.dispose();

const { task } = await client.query({
  task: { __args: { id }, status: true, output: true, finishReason: true },
});
async function pagesAfter(after: string | null): Promise<string[][]> {
  const { tasks } = await client.query({
    tasks: {
      __args: { first: 2, after },
      nodes: { id: true },
      pageInfo: { hasNextPage: true, endCursor: true },
    },
  });
  const { nodes, pageInfo } = tasks!;
  const page = nodes.map((node) => node.id);
  return pageInfo.hasNextPage ? [page, ...(await pagesAfter(pageInfo.endCursor))] : [page];
}
console.log(JSON.stringify({ sessions, id, text, task, pages: await pagesAfter(null) }));

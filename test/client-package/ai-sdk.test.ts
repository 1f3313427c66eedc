import { expect, test } from 'vitest';
import { messagesOf, PolyphonyChatTransport } from '../../packages/client/src/ai-sdk/index.ts';
import { type CreateTaskInput, CreateThread } from '../../packages/client/src/index.ts';
import { fixture } from '../harness/fixture.ts';
import { answerText, startVendor } from '../harness/vendor/server.ts';
import { Chat, textOf } from './chat.ts';
import { polyphonyOf } from './client-package.ts';
import { startKillableServer } from './killable-server.ts';

const vendor = fixture(startVendor);
const server = fixture(() => startKillableServer({ OPENAI_BASE_URL: `${vendor.url}/v1` }));
const ann = fixture(() => server.ann);
const polyphony = fixture(() => polyphonyOf(server, ann), { stop: (one) => one.close() });

async function createThread(): Promise<string> {
  const { createThread } = await polyphony.mutate(CreateThread, { input: {} });
  return createThread!.thread.id;
}

/** The chat of a page that was just opened. */
async function openChat(threadId: string, task: CreateTaskInput = {}): Promise<Chat> {
  const transport = new PolyphonyChatTransport({ polyphony, task });
  return new Chat(threadId, transport, await messagesOf(polyphony, threadId));
}

async function tasksOf(threadId: string) {
  const query =
    'query ($id: ID!) { tasks(first: 10, filter: { threadId: $id }) { nodes { id status output prompt } } }';
  return (await ann.query(query, { id: threadId })).data.tasks.nodes;
}

/** Until some of the answer is there. */
const answering = (chat: Chat) =>
  expect
    .poll(() => chat.lastMessage?.role === 'assistant' && textOf(chat.lastMessage).length, { interval: 5 })
    .toBeGreaterThan(0);

const partTypes = ({ lastMessage }: Chat) => lastMessage?.parts.map(({ type }) => type);

test('given a chat, when a message is sent, then the answer is the output of a task in the thread', async () => {
  const thread = await createThread();
  const chat = await openChat(thread, { model: 'demo@tokens=20,itl=1' });
  await chat.sendMessage({ text: 'Hello' });
  await chat.sendMessage({ text: 'Again' }, { body: { model: 'demo@tokens=3,itl=1' } });
  expect(chat.status).toBe('ready');
  const tasks = await tasksOf(thread);
  expect(tasks).toMatchObject([{ prompt: 'Again' }, { prompt: 'Hello' }]);
  expect(chat.messages.map(textOf)).toEqual(['Hello', tasks[1].output, 'Again', tasks[0].output]);
  expect(partTypes(chat)).toEqual(['step-start', 'text']);
  const reopened = await openChat(thread);
  expect(reopened.messages.map(textOf)).toEqual(chat.messages.map(textOf));
});

test('given an answer that is interrupted by the end of the server, then its void text is taken back', async () => {
  const thread = await createThread();
  const chat = await openChat(thread, { model: 'gpt-4o@tokens=120,itl=20' });
  const sent = chat.sendMessage({ text: 'x' });
  await expect.poll(() => textOf(chat.lastMessage).length, { interval: 5 }).toBeGreaterThan(100);
  await server.kill();
  await server.start();
  await sent;
  expect(textOf(chat.lastMessage)).toBe(answerText(120));
  expect(partTypes(chat)).toEqual(['step-start', 'text']);
});

test('given an answer under way, when the user stops it, then the task is cancelled', async () => {
  const thread = await createThread();
  const chat = await openChat(thread, { model: 'demo@tokens=2000,itl=20' });
  const sent = chat.sendMessage({ text: 'x' });
  await answering(chat);
  await chat.stop();
  await sent;
  expect(chat.status).toBe('ready');
  await expect.poll(async () => (await tasksOf(thread))[0].status).toBe('CANCELLED');
});

test('given an answer under way, when another page opens the chat, then it shows the same message, and resuming twice cancels nothing', async () => {
  const thread = await createThread();
  const first = await openChat(thread, { model: 'gpt-4o@tokens=60,itl=20' });
  const sent = first.sendMessage({ text: 'x' });
  await answering(first);
  const second = await openChat(thread);
  // As React's StrictMode does.
  await Promise.all([second.resumeStream(), second.resumeStream()]);
  await sent;
  expect(textOf(second.lastMessage)).toBe(answerText(60));
  expect(second.messages).toHaveLength(2);
  expect(second.lastMessage).toMatchObject({ id: first.lastMessage!.id });
  expect(await tasksOf(thread)).toMatchObject([{ status: 'COMPLETED' }]);
  const third = await openChat(thread);
  await third.resumeStream();
  expect(third.messages.map(textOf)).toEqual(second.messages.map(textOf));
});

test('given a message whose task is not created yet, when the user stops it, then the task is cancelled', async () => {
  const thread = await createThread();
  const chat = await openChat(thread, { model: 'demo@tokens=2000,itl=20' });
  const sent = chat.sendMessage({ text: 'x' });
  await expect.poll(() => chat.status, { interval: 1 }).toBe('submitted');
  await chat.stop();
  await sent;
  await expect.poll(async () => (await tasksOf(thread))[0]?.status).toBe('CANCELLED');
});

test('given a resumed answer, when the user stops it, then the task is cancelled', async () => {
  const thread = await createThread();
  const first = await openChat(thread, { model: 'demo@tokens=2000,itl=20' });
  void first.sendMessage({ text: 'x' });
  await answering(first);
  const second = await openChat(thread);
  const resumed = second.resumeStream();
  await answering(second);
  await second.stop();
  await resumed;
  await expect.poll(async () => (await tasksOf(thread))[0].status).toBe('CANCELLED');
});

test('given an agent, then its tool calls are parts of the message', async () => {
  const chat = await openChat(await createThread(), { kind: 'AGENT', model: 'demo' });
  await chat.sendMessage({
    text: 'write_file {"path":"a.txt","content":"x"} then list_files then finish {"summary":"It is written."}',
  });
  const tools = chat.lastMessage!.parts.filter(({ type }) => type === 'dynamic-tool');
  expect(tools).toMatchObject([
    { toolName: 'write_file', state: 'output-available', input: { path: 'a.txt' } },
    { toolName: 'list_files', state: 'output-available' },
    { toolName: 'finish' },
  ]);
  expect(chat.status).toBe('ready');
});

test('given a task that fails, then the chat has its error', async () => {
  const chat = await openChat(await createThread(), { model: 'gpt-4o@status=401' });
  await chat.sendMessage({ text: 'x' });
  expect(chat.status).toBe('error');
  expect(chat.error?.message).not.toBe('');
});

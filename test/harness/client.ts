import { createClient as createSocketClient, type Client as SocketClient } from 'graphql-ws';
import { WebSocket } from 'ws';

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape
type Shape = any;

export interface Answer {
  data?: Shape;
  errors?: { message: string; path?: (string | number)[]; extensions: Record<string, Shape> }[];
}

export interface Client {
  token: string | null;
  query(document: string, variables?: Record<string, unknown>): Promise<Answer>;
  /** The payloads of a subscription over graphql-ws; ends when the server completes it. */
  subscribe(document: string, variables?: Record<string, unknown>): AsyncGenerator<Answer>;
  /** The same over server-sent events. */
  subscribeSse(
    document: string,
    variables?: Record<string, unknown>,
    signal?: AbortSignal,
  ): AsyncGenerator<Answer>;
  register(account: { email: string; password: string; name: string }): Promise<Client>;
  /** The id of a fresh task. */
  createTask(input: Record<string, unknown>): Promise<string>;
  /** Follows a task to its end. */
  events(id: string, after?: number): Promise<TaskEvent[]>;
  task(id: string): Promise<Shape>;
}

export interface TaskEvent {
  __typename: string;
  seq: number;
  attempt: number;
  [field: string]: unknown;
}

export const TASK_EVENTS = `subscription ($id: ID!, $after: Int) { taskEvents(taskId: $id, after: $after) {
  __typename seq attempt at
  ... on TokensGenerated { text callId } ... on ReasoningGenerated { reasoning: text callId }
  ... on ProgressMade { progress } ... on RunCompleted { result } ... on RunFailed { error { code message } }
  ... on RunCancelled { reason: cancelReason } ... on AttemptStarted { restart: restartReason voidCallId }
  ... on ModelCallStarted { callId model provider } ... on ModelCallFailed { callId error { code message } willRetry }
  ... on ModelCallCompleted { callId finishReason inputTokens outputTokens cost }
  ... on AgentSelected { name choice: reason } ... on ToolCallStarted { toolCallKey tool input }
  ... on ToolCallCompleted { toolCallKey tool output isError } ... on PlanUpdated { plan { steps { key description status } } }
  ... on ContextCompacted { turns summarizedTurns bytesBefore bytesAfter summaryCallId summaryCost: cost }
  ... on InputRequested { question } ... on InputProvided { said: text }
  ... on CurrentState { task { id status } } } }`;

const TASK = `query ($id: ID!) { task(id: $id) { id status iterations type agent { name } plan { steps { key description status } }
  toolCalls { key tool input output isError } progress cost costComplete attempt result
  error { code message } usage { inputTokens outputTokens } cancelReason
  modelCalls { model provider status cost durationMs timeToFirstTokenMs inputTokens outputTokens finishReason } } }`;

export function createClient(url: string, credentials: Record<string, string> = {}): Client {
  const endpoint = `${url}/graphql`;

  async function post(document: string, variables: unknown, accept: string, signal?: AbortSignal) {
    return fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept, ...credentials },
      body: JSON.stringify({ query: document, variables }),
      signal: signal ?? null,
    });
  }

  const client: Client = {
    token: credentials.authorization?.slice('Bearer '.length) ?? null,
    async query(document, variables) {
      const response = await post(document, variables, 'application/json');
      return (await response.json()) as Answer;
    },
    async *subscribe(document, variables) {
      const sockets = openSockets(endpoint, credentials);
      try {
        yield* sockets.iterate({ query: document, variables: variables ?? {} }) as AsyncGenerator<Answer>;
      } finally {
        await sockets.dispose();
      }
    },
    async *subscribeSse(document, variables, signal) {
      const response = await post(document, variables, 'text/event-stream', signal);
      yield* readServerSentEvents(response);
    },
    async register(account) {
      const answer = await client.query(
        'mutation ($input: RegisterInput!) { register(input: $input) { token } }',
        { input: account },
      );
      return createClient(url, { authorization: `Bearer ${data(answer).register.token}` });
    },
    async createTask(input) {
      const answer = await client.query(
        'mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id } } }',
        { input },
      );
      return data(answer).createTask.task.id;
    },
    async events(id, after = 0) {
      const events: TaskEvent[] = [];
      for await (const payload of client.subscribe(TASK_EVENTS, { id, after }))
        events.push(data(payload).taskEvents);
      return events;
    },
    async task(id) {
      return data(await client.query(TASK, { id })).task;
    },
  };
  return client;
}

/** The data of an answer that has to be without errors. */
export function data(answer: Answer): Shape {
  if (answer.errors) throw new Error(`unexpected errors: ${JSON.stringify(answer.errors)}`);
  return answer.data;
}

/** The code of the only error of an answer. */
export function errorCode(answer: Answer): unknown {
  if (answer.errors?.length !== 1) throw new Error(`expected one error: ${JSON.stringify(answer)}`);
  return answer.errors[0]?.extensions.code;
}

/** @param headers of the upgrade, as a proxy adds them. */
export function openSockets(
  endpoint: string,
  connectionParams: Record<string, string>,
  headers: Record<string, string> = {},
): SocketClient {
  return createSocketClient({
    url: endpoint.replace(/^http/, 'ws'),
    webSocketImpl: class extends WebSocket {
      constructor(url: string, protocol: string) {
        super(url, protocol, { headers });
      }
    },
    connectionParams,
    retryAttempts: 0,
  });
}

async function* readServerSentEvents(response: Response): AsyncGenerator<Answer> {
  let buffer = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    buffer += chunk;
    const blocks = buffer.split('\n\n');
    buffer = blocks.pop()!;
    for (const block of blocks) {
      const line = block.split('\n').find((text) => text.startsWith('data: '));
      if (line && !block.startsWith('event: complete')) yield JSON.parse(line.slice('data: '.length));
    }
  }
}

/** The text that a client rebuilds from the events alone: pieces of void calls do not count. */
export function rebuildText(events: readonly TaskEvent[]): string {
  const isVoid = new Set(events.map((event) => event.voidCallId));
  return events
    .filter((event) => event.__typename === 'TokensGenerated' && !isVoid.has(event.callId))
    .map((event) => event.text)
    .join('');
}

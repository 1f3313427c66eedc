import { type Client, data } from '../harness/client.ts';

export interface FeedPayload {
  cursor: string;
  isLast: boolean;
  taskId: string | null;
  sessionId: string | null;
  task: { prompt: string } | null;
  event: { __typename: string; seq: number; at: string } | null;
}

const FIELDS = 'cursor isLast taskId sessionId task { prompt } event { __typename seq at }';
export const SESSION_EVENTS = `subscription ($id: ID!, $after: String) {
  sessionEvents(sessionId: $id, after: $after) { ${FIELDS} } }`;
export const ACTIVITY = `subscription ($after: String) { activity(after: $after) { ${FIELDS} } }`;

/** The payloads of one session's feed, or without an id of the viewer's. */
export async function* readFeed(
  client: Client,
  {
    id,
    after,
    transport = 'subscribe',
  }: { id?: string; after?: string; transport?: 'subscribe' | 'subscribeSse' },
): AsyncGenerator<FeedPayload, void, undefined> {
  const document = id ? SESSION_EVENTS : ACTIVITY;
  for await (const answer of client[transport](document, { id, after })) {
    const { sessionEvents, activity } = data(answer);
    yield sessionEvents ?? activity;
  }
}

/** Reads on until `enough`. The feed is left when the reader is. */
export async function readUntil(
  feed: AsyncGenerator<FeedPayload, void, undefined>,
  enough: (payload: FeedPayload, sofar: FeedPayload[]) => boolean,
): Promise<FeedPayload[]> {
  const payloads: FeedPayload[] = [];
  for (;;) {
    const { value, done } = await feed.next();
    if (done) return payloads;
    payloads.push(value);
    if (enough(value, payloads)) return payloads;
  }
}

/** By this a repeat is recognised. */
export function keyOf({ taskId, event }: FeedPayload): string {
  return `${taskId} ${event?.seq}`;
}

export function isEndOf(...tasks: string[]): (payload: FeedPayload) => boolean {
  const left = new Set(tasks);
  return ({ taskId, event }) => {
    if (/^Run(Completed|Failed|Cancelled)$/.test(event?.__typename ?? '')) left.delete(taskId!);
    return left.size === 0;
  };
}

export async function createSession(client: Client, input: Record<string, unknown> = {}): Promise<string> {
  const answer = await client.query(
    'mutation ($input: CreateSessionInput!) { createSession(input: $input) { session { id } } }',
    { input },
  );
  return data(answer).createSession.session.id;
}

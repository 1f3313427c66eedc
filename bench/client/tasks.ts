import { type Connection, openConnection, postRequest } from './http.ts';

/** Whom to ask, and as whom. */
export interface Target {
  url: string;
  token: string;
}

const CREATE = 'mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id } } }';

export interface Creator {
  /** @returns the id of the new task. */
  create(model: string, priority?: number): Promise<string>;
  close(): void;
}

export async function openCreator({ url, token }: Target): Promise<Creator> {
  const connection: Connection = await openConnection(url);
  const headers = { authorization: `Bearer ${token}` };
  return {
    async create(model, priority) {
      const variables = { input: { prompt: 'Say something.', model, priority } };
      const request = postRequest(`${url}/graphql`, { query: CREATE, variables }, headers);
      const answer = JSON.parse((await connection.send(request)).toString());
      if (answer.errors) throw new Error(JSON.stringify(answer.errors));
      return answer.data.createTask.task.id;
    },
    close: connection.close,
  };
}

/** Carries out work `count` times, on so many lanes at once. */
export async function inLanes(
  lanes: number,
  count: number,
  work: (index: number, lane: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const walk = async (lane: number) => {
    while (next < count) {
      const index = next;
      next += 1;
      await work(index, lane);
    }
  };
  await Promise.all(Array.from({ length: lanes }, (_, lane) => walk(lane)));
}

/** The same with a creator for each lane. */
export async function withCreators(
  target: Target,
  lanes: number,
  count: number,
  work: (creator: Creator, index: number) => Promise<void>,
): Promise<void> {
  const creators = await Promise.all(Array.from({ length: lanes }, () => openCreator(target)));
  try {
    await inLanes(lanes, count, (index, lane) => work(creators[lane]!, index));
  } finally {
    for (const creator of creators) creator.close();
  }
}

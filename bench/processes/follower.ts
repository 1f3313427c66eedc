/** A front end's part of a stream: polyphony-client, and graphql-ws alone, read the same log of a finished task. */
import { createClient } from 'graphql-ws';
import { createPolyphony } from '../../packages/client/src/index.ts';
import { serveCommands } from '../fork.ts';

interface Asked {
  url: string;
  token: string;
  taskId: string;
  /** How often the log is read. */
  times: number;
}

const TEXT = 'subscription ($id: ID!) { text(taskId: $id) { seq text isRestart } }';

const commands = {
  client: ({ url, token, taskId, times }: Asked) =>
    cpuPerPart(times, async () => {
      const polyphony = createPolyphony({ url: `${url}/graphql`, token });
      const count = await countOf(polyphony.followText(taskId));
      polyphony.close();
      return count;
    }),
  bare: ({ url, token, taskId, times }: Asked) =>
    cpuPerPart(times, async () => {
      const connectionParams = { authorization: `Bearer ${token}` };
      const client = createClient({ url: `${url.replace('http', 'ws')}/graphql`, connectionParams });
      const count = await countOf(client.iterate({ query: TEXT, variables: { id: taskId } }));
      await client.dispose();
      return count;
    }),
};
export type FollowerCommands = typeof commands;

/** @returns microseconds */
async function cpuPerPart(times: number, read: () => Promise<number>): Promise<number> {
  const before = process.cpuUsage();
  let parts = 0;
  for (let time = 0; time < times; time += 1) parts += await read();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / parts;
}

async function countOf(items: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of items) count += 1;
  return count;
}

serveCommands(commands);

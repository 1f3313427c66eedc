import { type Client, createClient } from '../harness/client.ts';
import { freePort } from '../harness/free-port.ts';
import { launch, type Polyphony } from '../harness/process.ts';
import { createDatabase } from '../harness/server.ts';

/** API and worker in one process that can be killed, and started again at the same address. */
export interface KillableServer {
  url: string;
  ann: Client;
  /** SIGKILL. */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export async function startKillableServer(variables: Record<string, string>): Promise<KillableServer> {
  const database = await createDatabase();
  const own = {
    DATABASE_URL: database.url,
    JWT_SECRET: 'a secret of the tests, long enough',
    PORT: String(await freePort()),
    ...variables,
  };
  let running: Polyphony | null = null;
  async function stop(): Promise<void> {
    await running?.stop();
    await database.drop();
  }
  try {
    running = await launch('start', own);
    const { url } = running;
    return {
      url,
      ann: await createClient(url).register({ email: 'a@b.c', password: 'a good password', name: 'Ann' }),
      kill: async () => running?.kill(),
      async start() {
        running = await launch('start', own);
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

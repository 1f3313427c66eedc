import { type Client, createClient } from './client.ts';
import { launch, type Polyphony } from './process.ts';
import { createDatabase } from './server.ts';

/** An API in a process and on a database of its own, with an account; and workers as a test needs them. */
export interface Deployment {
  databaseUrl: string;
  api: Polyphony;
  ann: Client;
  /** All that were started, the oldest first. To stop or kill one that has ended does nothing. */
  workers: readonly Polyphony[];
  /** @param own variables, beyond those of the deployment or instead of them. */
  startWorker(own?: Record<string, string>): Promise<Polyphony>;
  /** Ends every process that is left, and drops the database. */
  stop(): Promise<void>;
}

/**
 * @param variables of every process. With a DATABASE_URL among them the database is the caller's, and stays.
 * @param ofApi variables of the API alone, beyond those or instead of them.
 * @param script `start` for one process that is API and worker.
 */
export async function startDeployment(
  variables: Record<string, string> = {},
  ofApi: Record<string, string> = {},
  script: 'start' | 'start:api' = 'start:api',
): Promise<Deployment> {
  const database = variables.DATABASE_URL
    ? { url: variables.DATABASE_URL, drop: async () => {} }
    : await createDatabase();
  const shared = {
    DATABASE_URL: database.url,
    JWT_SECRET: 'a secret of the tests, long enough',
    ...variables,
  };
  const workers: Polyphony[] = [];
  let api: Polyphony | undefined;
  async function stop(): Promise<void> {
    await Promise.all([api, ...workers].map((process) => process?.stop()));
    await database.drop();
  }
  try {
    api = await launch(script, { ...shared, ...ofApi });
    const account = { email: 'a@b.c', password: 'a good password', name: 'Ann' };
    return {
      databaseUrl: database.url,
      api,
      ann: await createClient(api.url).register(account),
      workers,
      async startWorker(own = {}) {
        const worker = await launch('start:worker', { ...shared, ...own });
        workers.push(worker);
        return worker;
      },
      stop,
    };
  } catch (error) {
    // The caller has nothing to stop.
    await stop();
    throw error;
  }
}

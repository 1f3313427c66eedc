import { createLog } from '../../src/log.ts';
import { startWorker } from '../../src/worker.ts';
import { type Client, createClient, data } from '../harness/client.ts';
import { startTestServer, type TestServer } from '../harness/server.ts';
import { startVendor, type Vendor } from '../harness/vendor/server.ts';
import { ownedRows } from './owned-rows.ts';
import { routesMadeBy } from './routes.ts';
import { glance, type Ids, type Walk, walk } from './walk.ts';
import { addThroughDialects, addUnfinished, createWorld, ENDS, until, type World } from './world.ts';

/** Who tries to get at what is another account's. With a new kind of credentials comes a row. */
export interface Caller {
  name: string;
  credentials: Record<string, string>;
  /** false: who is known is decided in one place for all, so that one value for each leaf says enough. */
  isThorough: boolean;
  /** Sees more than others where test/sweep/administrator.ts says so, and has nothing of Bob's either. */
  isAdmin?: true;
  /** Reads a single run of Bob's, and has no access to anything else of his. */
  isRunToken?: true;
}

/** Two accounts with one of everything each, and no worker: nothing changes but by requests. */
export interface Sweep {
  server: TestServer;
  vendor: Vendor;
  admin: Client;
  /** Paths of the server's routes that are no rows of dialects. */
  routes: string[];
  alice: World;
  bob: World;
  /** Alice's ids and the cursors of her lists. */
  ids: Ids;
  cursors: string[];
  /** Of her feed, at an event of one of her tasks. */
  feedCursor: string;
  /** Ids of Bob's, the newest of each type; and the oldest, which a worker has finished. */
  own: Record<string, string>;
  finished: Record<string, string>;
  /** A task of each that kept an artifact, and the artifact. */
  kept: Record<'alice' | 'bob', { Task: string; Artifact: string }>;
  callers: Caller[];
  /** What Alice reads of her own, and the rows of hers. */
  stateOfAlice(): Promise<{ shown: Walk['answers']; rows: Record<string, string[]> }>;
  /** Starts a worker, for what is to happen by itself. */
  work(): ReturnType<typeof startWorker>;
  stop(): Promise<void>;
}

/** It takes 15 s on an idle machine. */
export const SWEEP_MS = 240_000;

export async function openSweep(): Promise<Sweep> {
  await using started = new AsyncDisposableStack();
  const vendor = await startVendor();
  started.defer(() => vendor.stop());
  const variables = { OPENAI_BASE_URL: `${vendor.url}/v1`, OLLAMA_HOST: vendor.url };
  const { result: server, routes } = await routesMadeBy(() => startTestServer({ variables, worker: false }));
  started.defer(() => server.stop());
  const work = () => {
    const urls = { url: server.databaseUrl, directUrl: server.databaseUrl };
    return startWorker(server.config, createLog('silent'), server.store, urls, server.metrics);
  };
  const worker = await work();
  const admin = await server.newUser();
  const [first, second] = [await server.newUser(), await server.newUser()];
  for (const client of [first, second]) await limitCosts(admin, client);
  const [alice, bob] = await Promise.all([
    createWorld(first, vendor, 'alice'),
    createWorld(second, vendor, 'bobby'),
  ]);
  await Promise.all([alice, bob].map((world) => pullAsAdmin(server, world)));
  await worker.stop();
  const beginning = await cursorOfFeed(first);
  for (const world of [alice, bob]) {
    await addThroughDialects(world, server.url);
    await addUnfinished(world);
  }
  const [seen, seenByBob] = await Promise.all([walk(first), walk(second)]);
  const ids = without(seen.ids, seenByBob.ids);
  const idsOfBob = without(seenByBob.ids, seen.ids);
  const userId = plainIdOf(ids.User![0]!);
  const [key, readKey] = [await createKey(second, 'READ, RUN, ADMIN'), await createKey(second, 'READ')];
  const runToken = await createRunToken(second, idsOfBob.Task![0]!);
  const running = started.move();
  return {
    server,
    vendor,
    admin,
    routes,
    alice,
    bob,
    ids,
    cursors: seen.cursors.filter((cursor) => !seenByBob.cursors.includes(cursor)),
    feedCursor: await cursorOfFeed(first, beginning),
    own: eachOf(idsOfBob, 0),
    finished: eachOf(idsOfBob, -1),
    kept: { alice: await keptBy(first), bob: await keptBy(second) },
    callers: [
      { name: 'another account', credentials: { authorization: `Bearer ${second.token}` }, isThorough: true },
      { name: 'a key of another account', credentials: { 'x-api-key': key }, isThorough: false },
      { name: 'a key that only reads', credentials: { 'x-api-key': readKey }, isThorough: false },
      {
        name: 'a run token of another account',
        credentials: { authorization: `Bearer ${runToken}` },
        isThorough: false,
        isRunToken: true,
      },
      { name: 'anonymous', credentials: {}, isThorough: false },
      {
        name: 'an administrator',
        credentials: { authorization: `Bearer ${admin.token}` },
        isThorough: false,
        isAdmin: true,
      },
    ],
    work,
    stateOfAlice: async () => ({
      shown: (await glance(first)).answers,
      rows: await ownedRows(server.store.database.pool, userId),
    }),
    stop: () => running.disposeAsync(),
  };
}

/**
 * Only an administrator may have models fetched; the task stays the account's. By a key, as who holds a token is
 * remembered for a while.
 */
async function pullAsAdmin({ url, store }: TestServer, { client }: World): Promise<void> {
  const made = await client.query('mutation { createApiKey(input: { name: "pull" }) { key } }');
  const { viewer } = data(await client.query('{ viewer { id } }'));
  const raise = (isAdmin: boolean) =>
    store.database.pool.query('update app_user set is_admin = $2 where id = $1', [
      plainIdOf(viewer.id),
      isAdmin,
    ]);
  const program = createClient(url, { 'x-api-key': data(made).createApiKey.key });
  await raise(true);
  const document = 'mutation ($model: String!) { pullModel(input: { model: $model }) { task { id } } }';
  const answer = await program.query(document, { model: 'pulled@tokens=1' });
  await raise(false);
  await until(client, 'taskEvents', 'taskId', data(answer).pullModel.task.id, ENDS);
}

/** @param scopes as they stand in a document */
export async function createKey(client: Client, scopes: string): Promise<string> {
  const document = `mutation { createApiKey(input: { name: "k", scopes: [${scopes}] }) { key } }`;
  return data(await client.query(document)).createApiKey.key;
}

async function createRunToken(client: Client, id: string): Promise<string> {
  const document =
    'mutation ($id: ID!) { createRunToken(input: { runIds: [$id], expiresInSeconds: 7200 }) { token } }';
  return data(await client.query(document, { id })).createRunToken.token;
}

async function limitCosts(admin: Client, client: Client): Promise<void> {
  const { id } = data(await client.query('{ viewer { id } }')).viewer;
  data(
    await admin.query(
      'mutation ($id: ID!) { updateUser(input: { id: $id, costLimit: 100 }) { user { id } } }',
      { id },
    ),
  );
}

/** @returns the first; with `after` that of the first event after it. */
async function cursorOfFeed(client: Client, after?: string): Promise<string> {
  const feed = client.subscribeSse(
    'subscription ($after: String) { activity(after: $after) { cursor taskId } }',
    { after },
  );
  for await (const payload of feed) {
    const { cursor, taskId } = data(payload).activity;
    if (!after || taskId) return cursor;
  }
  throw new Error('the feed has ended');
}

async function keptBy(client: Client): Promise<{ Task: string; Artifact: string }> {
  const answer = await client.query('{ tasks(first: 50) { nodes { id artifacts { id } } } }');
  const { nodes } = data(answer).tasks;
  const task = nodes.find(({ artifacts }: { artifacts: unknown[] }) => artifacts.length > 0);
  return { Task: task.id, Artifact: task.artifacts[0].id };
}

export function plainIdOf(id: string): string {
  const decoded = Buffer.from(id, 'base64url').toString();
  return decoded.slice(decoded.indexOf(':') + 1);
}

function without(ids: Ids, others: Ids): Ids {
  const left = Object.entries(ids).map(([type, of]) => [
    type,
    of.filter((id) => !others[type]?.includes(id)),
  ]);
  return Object.fromEntries(left);
}

function eachOf(ids: Ids, index: number): Record<string, string> {
  return Object.fromEntries(
    Object.entries(ids).flatMap(([type, of]) => (of.length > 0 ? [[type, of.at(index)!]] : [])),
  );
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createLog } from '../../src/log.ts';
import { startWorker } from '../../src/worker.ts';
import { type Client, data, errorCode } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { startTestServer } from '../harness/server.ts';
import { startVendor } from '../harness/vendor/server.ts';
import { ownedRows } from '../sweep/owned-rows.ts';
import { addUnfinished, createWorld } from '../sweep/world.ts';

let worker: Awaited<ReturnType<typeof startWorker>> | undefined;

const vendor = fixture(startVendor);
const server = fixture(() =>
  startTestServer({
    variables: { OPENAI_BASE_URL: `${vendor.url}/v1`, OLLAMA_HOST: vendor.url },
    worker: false,
  }),
);
const admin = fixture(() => server.newUser());
afterAll(async () => {
  await worker?.stop();
});

const work = () => {
  const urls = { url: server.databaseUrl, directUrl: server.databaseUrl };
  return startWorker(server.config, createLog('silent'), server.store, urls, server.metrics);
};
const localId = (id: string) => Buffer.from(id, 'base64url').toString().split(':')[1]!;
const idOf = async (client: Client): Promise<string> =>
  data(await client.query('{ viewer { id } }')).viewer.id;
const remove = (id: string) =>
  admin.query('mutation ($id: ID!) { deleteUser(input: { id: $id }) { deletedId } }', { id });

/** The audit log outlives the account. Of the others, a worker changes these by itself. */
const NOT_COUNTED = ['audit_entry'];
const CHANGING = ['jobs', 'usage_change', 'counter', 'counter_change'];

async function rowsOf(id: string, others: readonly string[] = []): Promise<string[]> {
  const rows = await ownedRows(server.store.database.pool, localId(id));
  return Object.entries(rows).flatMap(([table, each]) =>
    ![...NOT_COUNTED, ...others].includes(table) && each.length > 0 ? `${table}: ${each.length}` : [],
  );
}

test('deleteUser disables at once, and a job deletes all that the account owns, and nothing else', async () => {
  worker = await work();
  const [ann, bob] = [await server.newUser(), await server.newUser()];
  const [id, other] = [await idOf(ann), await idOf(bob)];
  const worlds = await Promise.all([createWorld(ann, vendor, 'anna'), createWorld(bob, vendor, 'bobby')]);
  await worker.stop();
  await addUnfinished(worlds[0]!);
  // More than one batch.
  for (let index = 0; index < 120; index += 1) await ann.createTask({ prompt: 'x', hold: true });
  const folder = join(server.config.workspaceRoots[0]!, localId(id));
  expect(existsSync(folder)).toBe(true);
  const kept = await rowsOf(other, CHANGING);

  const { email } = data(await ann.query('{ viewer { email } }')).viewer;
  expect(data(await remove(id)).deleteUser.deletedId).toBe(id);
  const listed = data(await admin.query('{ users { nodes { id } } }')).users.nodes;
  expect(listed).not.toContainEqual({ id });
  expect(errorCode(await remove(id))).toBe('NOT_FOUND');
  const login = await server.anonymous.query(
    `mutation { login(input: { email: "${email}", password: "a good password" }) { token } }`,
  );
  expect(errorCode(login)).toBe('WRONG_CREDENTIALS');
  const again = await server.anonymous.register({ email, password: 'a good password', name: 'Again' });
  expect(await idOf(again)).not.toBe(id);

  worker = await work();
  await expect.poll(() => rowsOf(id), { timeout: 30_000, interval: 200 }).toEqual([]);
  await expect.poll(() => existsSync(folder), { timeout: 5_000 }).toBe(false);
  expect(await rowsOf(other, CHANGING)).toEqual(kept);
  const { nodes } = data(
    await admin.query('{ auditLog(first: 100) { nodes { action actor { id } actorEmail } } }'),
  ).auditLog;
  expect(nodes).toContainEqual({ action: 'API_KEY_CREATED', actor: null, actorEmail: email });
}, 120_000);

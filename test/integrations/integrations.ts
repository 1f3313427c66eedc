import { type Client, data } from '../harness/client.ts';
import type { TestServer } from '../harness/server.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape
type Shape = any;

const FIELDS = `id platform name url credentialsHint notifyOn isActive disabledReason
  lastTest { at succeeded account message }
  deliveries { nodes { id webhookId status runId run { id status } runKind runStatus body attempts responseStatus error nextTryAt
    lastTriedAt deliveredAt createdAt } }`;

const CREATE = `mutation ($input: CreateIntegrationInput!) {
  createIntegration(input: $input) { secret integration { ${FIELDS} } } }`;
const UPDATE = `mutation ($input: UpdateIntegrationInput!) { updateIntegration(input: $input) { integration { ${FIELDS} } } }`;
const TEST = `mutation ($id: ID!) { testIntegration(input: { id: $id }) {
  test { at succeeded account message } integration { ${FIELDS} } } }`;
const REDELIVER = `mutation ($id: ID!) { redeliver(input: { id: $id }) { delivery { id status attempts } } }`;

/** The answer itself, refused or not. */
export function tryToCreate(client: Client, input: object) {
  return client.query(CREATE, { input });
}

export async function create(client: Client, input: object): Promise<Shape> {
  const { integration, secret } = data(await tryToCreate(client, input)).createIntegration;
  return { ...integration, secret };
}

export function tryToUpdate(client: Client, input: object) {
  return client.query(UPDATE, { input });
}

export async function update(client: Client, input: object): Promise<Shape> {
  return data(await tryToUpdate(client, input)).updateIntegration.integration;
}

export async function tryOut(client: Client, id: string): Promise<Shape> {
  return data(await client.query(TEST, { id })).testIntegration;
}

export function redeliver(client: Client, id: string) {
  return client.query(REDELIVER, { id });
}

export async function read(client: Client, id: string): Promise<Shape> {
  return data(await client.query(`query ($id: ID!) { integration(id: $id) { ${FIELDS} } }`, { id }))
    .integration;
}

/** What it was told, newest first. */
export async function deliveries(client: Client, id: string): Promise<Shape[]> {
  return (await read(client, id)).deliveries.nodes;
}

/** A task that ends at once: it is made, and cancelled before anybody has it carried out. */
export async function endTask(client: Client, more: object = {}): Promise<string> {
  const id = await client.createTask({ prompt: 'x', model: 'demo', hold: true, ...more });
  await cancelTask(client, id);
  return id;
}

export async function cancelTask(client: Client, id: string): Promise<void> {
  const document = `mutation ($id: ID!) { cancelTask(input: { id: $id, reason: "enough" }) { task { status } } }`;
  data(await client.query(document, { id }));
}

/** Resolves with the only delivery of an integration, once it is as wanted. */
export async function settled(client: Client, id: string, is: (delivery: Shape) => boolean): Promise<Shape> {
  for (;;) {
    const [delivery] = await deliveries(client, id);
    if (delivery && is(delivery)) return delivery;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Does now what is planned for later. */
export async function hurry({ store }: TestServer): Promise<void> {
  await store.database.pool.query(
    `update delivery set next_try_at = clock_timestamp() where status = 'pending'`,
  );
  await store.database.pool.query(
    `select graphile_worker.add_job('deliver', json_build_object('integrationId', id)) from integration`,
  );
}

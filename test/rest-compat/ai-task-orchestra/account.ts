import { expect, vi } from 'vitest';
import { type Client, data } from '../../harness/client.ts';
import type { TestServer } from '../../harness/server.ts';
import { createLegacyClient, type LegacyAnswer, type LegacyClient } from '../clients/legacy-client.ts';

/** What the document says of a field without saying its value. */
export const uuid = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
export const moment = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);

export const INFERENCE = 'ollama-inference';
/** The document's own, but for the model: of this one the vendor tells the memory. */
export const parameters = { model: 'llama3.2', prompt: 'Explain quantum computing in simple terms' };
/** Goes on until it is cancelled. */
export const LONG = { model: 'llama3.2@tokens=100000,itl=20', prompt: 'Talk' };

export interface Account {
  key: string;
  /** With the account's key in `X-API-Key`. */
  ask: LegacyClient;
  /** Without credentials. */
  anonymous: LegacyClient;
  /** A task of `ollama-inference`, unless `more` names another template. */
  make(more?: object): Promise<LegacyAnswer>;
  /** Polls until a task stands there. */
  until(id: string, status: string): Promise<LegacyAnswer>;
  /** GraphQL, as the same account. */
  native: Client;
  /** A task made by GraphQL, by its plain id. */
  nativeTask(input: Record<string, unknown>): Promise<string>;
}

/** The document has no way to get a key: GraphQL has. */
export async function openAccount(server: Pick<TestServer, 'url' | 'newUser'>): Promise<Account> {
  const native = await server.newUser();
  const made = 'mutation { createApiKey(input: { name: "legacy" }) { key } }';
  const { key } = data(await native.query(made)).createApiKey;
  const anonymous = createLegacyClient(`${server.url}/ai-task-orchestra/api/v1`);
  const ask: LegacyClient = (method, path, body, headers) =>
    anonymous(method, path, body, { 'x-api-key': key, ...headers });
  return {
    key,
    ask,
    anonymous,
    make: (more) => ask('POST', '/tasks', { template: INFERENCE, parameters, ...more }),
    until: (id, status) =>
      vi.waitUntil(
        async () => {
          const answer = await ask('GET', `/tasks/${id}`);
          return answer.body.status === status && answer;
        },
        { timeout: 10_000, interval: 20 },
      ),
    native,
    nativeTask: async (input) => plainId(await native.createTask(input)),
  };
}

/** The documented error body, exactly. */
export function expectRefusal(answer: LegacyAnswer, status: number, detail: unknown): void {
  expect({ status: answer.status, body: answer.body }).toEqual({ status, body: { detail } });
}

export const containing = (part: string) => expect.stringContaining(part);

/** The id that GraphQL prints, and back. */
export const globalIdOf = (type: string, id: string) => Buffer.from(`${type}:${id}`).toString('base64url');
export const plainId = (globalId: string) => Buffer.from(globalId, 'base64url').toString().split(':')[1]!;

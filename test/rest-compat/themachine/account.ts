import { expect } from 'vitest';
import { type Client, data } from '../../harness/client.ts';
import type { TestServer } from '../../harness/server.ts';
import { createLegacyClient, type LegacyAnswer, type LegacyClient } from '../clients/legacy-client.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape
export type Shown = Record<string, any>;

/** What the document says of a field without saying its value. */
export const moment = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
export const text = expect.any(String);
export const number = expect.any(Number);
export const containing = (part: string) => expect.stringContaining(part);

const UUID = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}';
/** `task-123`; what follows the dash is a UUID. */
export const idOf = (noun: string) => expect.stringMatching(new RegExp(`^${noun}-${UUID}$`));

export interface Account {
  /** With the account's token. */
  ask: LegacyClient;
  /** The body of an answer that has to be a 200. */
  get(path: string): Promise<Shown>;
  post(path: string, body?: unknown): Promise<Shown>;
  patch(path: string, body: unknown): Promise<Shown>;
  /** GraphQL, as the same account. */
  client: Client;
  query(document: string, variables?: Record<string, unknown>): Promise<Shown>;
}

/** The document has no login: the token is from elsewhere. */
export async function openAccount(server: TestServer): Promise<Account> {
  const client = await server.newUser();
  const anonymous = anonymousOf(server);
  const ask: LegacyClient = (method, path, body, headers) =>
    anonymous(method, path, body, { authorization: `Bearer ${client.token}`, ...headers });
  const bodyOf = async (method: string, path: string, body?: unknown): Promise<Shown> => {
    const answer = await ask(method, path, body);
    expect({ status: answer.status, body: answer.body }).toEqual({ status: 200, body: answer.body });
    return answer.body;
  };
  return {
    ask,
    get: (path) => bodyOf('GET', path),
    post: (path, body) => bodyOf('POST', path, body),
    patch: (path, body) => bodyOf('PATCH', path, body),
    client,
    query: async (document, variables) => data(await client.query(document, variables)),
  };
}

export function anonymousOf({ url }: TestServer): LegacyClient {
  return createLegacyClient(`${url}/themachine/api/v1`);
}

/** The documented error body, exactly. */
export function expectRefusal({ status, body }: LegacyAnswer, expected: number, detail: unknown): void {
  expect({ status, body }).toEqual({ status: expected, body: { detail } });
}

/** The id that GraphQL prints. */
export const globalIdOf = (type: string, id: string) => Buffer.from(`${type}:${id}`).toString('base64url');

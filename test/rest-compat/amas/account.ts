import { expect } from 'vitest';
import type { Client } from '../../harness/client.ts';
import type { TestServer } from '../../harness/server.ts';
import { createLegacyClient, type LegacyAnswer, type LegacyClient } from '../clients/legacy-client.ts';

export const PASSWORD = 'a good password';

/** What the document says of a field without saying its value. */
export const moment = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
export const text = expect.any(String);
export const number = expect.any(Number);
export const containing = (part: string) => expect.stringContaining(part);

export interface Account {
  email: string;
  /** With the token of a login at AMAS. */
  ask: LegacyClient;
  /** Without credentials. */
  anonymous: LegacyClient;
  token: string;
  /** GraphQL, as the same account. */
  client: Client;
}

/** The document has no registration: the account is from elsewhere, and logs in as the document says. */
export async function openAccount(server: TestServer, name: string): Promise<Account> {
  const email = `${name.toLowerCase()}@example.com`;
  const client = await server.anonymous.register({ email, password: PASSWORD, name });
  const anonymous = createLegacyClient(`${server.url}/amas/api/v1`);
  const { status, body } = await anonymous('POST', '/auth/login', { username: email, password: PASSWORD });
  expect(status).toBe(200);
  const token = body.access_token;
  const authorization = `Bearer ${token}`;
  return {
    email,
    anonymous,
    token,
    client,
    ask: (method, path, body, headers) => anonymous(method, path, body, { authorization, ...headers }),
  };
}

/** The documented error body, exactly. */
export function expectRefusal(
  { status, body }: LegacyAnswer,
  expected: number,
  code: string,
  detail: unknown,
): void {
  const told = { detail, status_code: expected, error_code: code };
  expect({ status, body }).toEqual({ status: expected, body: told });
}

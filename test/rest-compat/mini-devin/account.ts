import { expect } from 'vitest';
import { createLegacyClient, type LegacyAnswer, type LegacyClient } from '../clients/legacy-client.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
export const PASSWORD = 'securepassword';

/** What the document says of a field without saying its value. */
export const uuid = expect.stringMatching(UUID);
export const moment = expect.stringMatching(MOMENT);
export const text = expect.any(String);

export interface Account {
  /** With the account's token. */
  ask: LegacyClient;
  /** Without credentials. */
  anonymous: LegacyClient;
  token: string;
  /** GraphQL, as the same account. */
  query(document: string, variables?: object): Promise<LegacyAnswer>;
}

/** An account, made and logged in to as the document says. */
export async function openAccount(url: string, email: string): Promise<Account> {
  const anonymous = createLegacyClient(`${url}/mini-devin`);
  const account = { email, password: PASSWORD, name: 'John Doe' };
  expect((await anonymous('POST', '/api/auth/register', account)).status).toBe(200);
  const token = (await anonymous('POST', '/api/auth/login', account)).body.access_token;
  const authorization = `Bearer ${token}`;
  const graphql = createLegacyClient(`${url}/graphql`);
  return {
    anonymous,
    token,
    ask: (method, path, body, headers) => anonymous(method, path, body, { authorization, ...headers }),
    query: (query, variables) => graphql('POST', '', { query, variables }, { authorization }),
  };
}

/** The documented error body, exactly. */
export function expectRefusal(answer: LegacyAnswer, status: number, code: string, detail: unknown): void {
  const { body } = answer;
  expect({ status: answer.status, body }).toEqual({ status, body: { detail, code, timestamp: moment } });
}

export const containing = (part: string) => expect.stringContaining(part);

/** The id that GraphQL prints. */
export const globalIdOf = (type: string, id: string) => Buffer.from(`${type}:${id}`).toString('base64url');

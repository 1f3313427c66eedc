import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import { type Client, createClient } from '../../harness/client.ts';
import type { Vendor } from '../../harness/vendor/server.ts';
import { createLegacyClient, type LegacyAnswer, type LegacyClient } from '../clients/legacy-client.ts';

/** Where many clients are at once. */
export interface Crowd {
  url: string;
  vendor: Vendor;
  /** Of every answer that any of them got. */
  statuses: number[];
}

/** What a client of the crowd leaves. */
export interface Trace {
  /** Of all that it made. */
  ids: string[];
  /** Shows it one of its runs, and nobody else. */
  path: string;
  ask: LegacyClient;
}

/** Does all that a client of a dialect does, with an account of its own, and sees that it is told of nothing else. */
export type Walk = (crowd: Crowd, name: string) => Promise<Trace>;

export const PASSWORD = 'a good password';
export const emailOf = (name: string) => `${name}@example.com`;

/** A fresh account, made by GraphQL: most of the documents do not say how one comes to be. */
export function openAccount({ url }: Crowd, name: string): Promise<Client> {
  return createClient(url).register({ email: emailOf(name), password: PASSWORD, name });
}

/** Asks below the mount of a dialect, and notes what came. */
export function askerOf(
  { url, statuses }: Crowd,
  mount: string,
  headers: Record<string, string>,
): LegacyClient {
  const ask = createLegacyClient(`${url}${mount}`);
  return async (method, path, body) => {
    const answer = await ask(method, path, body, headers);
    statuses.push(answer.status);
    return answer;
  };
}

/** The body of an answer that has to be a success. */
export async function good(answering: Promise<LegacyAnswer>): Promise<LegacyAnswer['body']> {
  const { status, body } = await answering;
  expect({ status, body }).toEqual({ status: status === 201 ? 201 : 200, body });
  return body;
}

/** Looks again and again, as clients without sockets do, until something is no more as it was. */
export async function poll(
  ask: LegacyClient,
  path: string,
  isOver: (body: LegacyAnswer['body']) => boolean,
): Promise<LegacyAnswer['body']> {
  for (;;) {
    const body = await good(ask('GET', path));
    if (isOver(body)) return body;
    await wait(150);
  }
}

/** All of these, and nothing else. */
export function expectJust(ids: readonly string[], shown: readonly { id: string }[]): void {
  expect(shown.map(({ id }) => id).sort()).toEqual(ids.toSorted());
}

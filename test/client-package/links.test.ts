import { ApolloClient, gql, InMemoryCache } from '@apollo/client';
import { Client } from '@urql/core';
import { Network } from 'relay-runtime';
import { expect, test } from 'vitest';
import { polyphonyLink } from '../../packages/client/src/apollo.ts';
import { relayFetch, relaySubscribe } from '../../packages/client/src/relay.ts';
import { polyphonyExchange } from '../../packages/client/src/urql.ts';
import { fixture } from '../harness/fixture.ts';
import { answerText, startVendor } from '../harness/vendor/server.ts';
import { polyphonyOf } from './client-package.ts';
import { startKillableServer } from './killable-server.ts';

const vendor = fixture(startVendor);
const server = fixture(() => startKillableServer({ OPENAI_BASE_URL: `${vendor.url}/v1` }));
const ann = fixture(() => server.ann);
const polyphony = fixture(() => polyphonyOf(server, ann), { stop: (one) => one.close() });
const apollo = fixture(
  () => new ApolloClient({ link: polyphonyLink(polyphony), cache: new InMemoryCache() }),
);
const urql = fixture(
  () =>
    new Client({
      url: `${server.url}/graphql`,
      exchanges: [polyphonyExchange(polyphony)],
      preferGetMethod: false,
    }),
);
const relay = fixture(() => Network.create(relayFetch(polyphony), relaySubscribe(polyphony)));

interface Part {
  seq: number;
  text: string;
  isRestart: boolean;
}

interface Received {
  next(part: Part): void;
  complete(): void;
  error(error: unknown): void;
}

/** The same subscription, written in three ways: a variable, none, and a literal for `after`. */
const FIELDS = '{ seq text isRestart }';

const CLIENTS = {
  apollo(id: string, { next, error, complete }: Received) {
    const query = gql(
      `subscription ($id: ID!, $from: Int) { part: text(taskId: $id, after: $from) ${FIELDS} }`,
    );
    const parts = apollo.subscribe<{ part: Part }>({ query, variables: { id } });
    parts.subscribe({
      next: ({ data, error: wrong }) => (data ? next(data.part) : error(wrong)),
      error,
      complete,
    });
  },
  urql(id: string, { next, error, complete }: Received) {
    const document = `subscription ($id: ID!) { text(taskId: $id) ${FIELDS} }`;
    urql.subscription<{ text: Part }>(document, { id }).subscribe((result) => {
      if (result.error) error(result.error);
      // urql repeats the last result when the subscription ends.
      else if (!result.hasNext) complete();
      else if (result.data) next(result.data.text);
    });
  },
  relay(id: string, { next, error, complete }: Received) {
    const text = `subscription Parts($id: ID!) { text(taskId: $id, after: 0) ${FIELDS} }`;
    const request = {
      name: 'Parts',
      text,
      id: null,
      cacheID: 'parts',
      operationKind: 'subscription',
      metadata: {},
    };
    relay.execute(request as never, { id }, {}).subscribe({
      next: (response) => next((response as unknown as { data: { text: Part } }).data.text),
      error,
      complete,
    });
  },
};

function partsOf(name: keyof typeof CLIENTS, id: string, onPart: (count: number) => void): Promise<Part[]> {
  const parts: Part[] = [];
  return new Promise((resolve, reject) => {
    CLIENTS[name](id, {
      next(part) {
        parts.push(part);
        onPart(parts.length);
      },
      error: reject,
      complete: () => resolve(parts),
    });
  });
}

test('given subscriptions of Apollo, urql and Relay, when the server is killed and started again, then all have the text once', async () => {
  const id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=150,itl=20' });
  let restarted: Promise<void> | null = null;
  async function killOnce(): Promise<void> {
    await server.kill();
    await server.start();
  }
  const all = await Promise.all(
    (['apollo', 'urql', 'relay'] as const).map((name) =>
      partsOf(name, id, (count) => {
        if (count > 10) restarted ??= killOnce();
      }),
    ),
  );
  await restarted;
  expect(restarted).not.toBeNull();
  for (const parts of all) {
    const lastRestart = parts.findLastIndex(({ isRestart }) => isRestart);
    expect(
      parts
        .slice(lastRestart)
        .map(({ text }) => text)
        .join(''),
    ).toBe(answerText(150));
    expect(parts.filter(({ isRestart }) => isRestart)).toHaveLength(1);
    expect(new Set(parts.map(({ seq }) => seq)).size).toBe(parts.length);
    expect(Object.keys(parts[0]!).filter((field) => field.startsWith('polyphony'))).toEqual([]);
  }
});

const VIEWER = 'query Viewer { viewer { name } }';

test('given queries of Apollo, urql and Relay, then the answers come through the client', async () => {
  const request = {
    name: 'Viewer',
    text: VIEWER,
    id: null,
    cacheID: 'v',
    operationKind: 'query',
    metadata: {},
  };
  const answers = await Promise.all([
    apollo.query({ query: gql(VIEWER) }),
    urql.query(VIEWER, {}).toPromise(),
    relay.execute(request as never, {}, {}).toPromise() as Promise<{ data: unknown }>,
  ]);
  for (const { data } of answers) expect(data).toMatchObject({ viewer: { name: 'Ann' } });
});

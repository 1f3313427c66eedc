import { beforeAll, describe, expect, test } from 'vitest';
import { createClient } from '../../harness/client.ts';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { ask, TRANSPORTS } from '../transports.ts';

const MAX_CHARACTERS = 60_000;

let credentials: { authorization: string };

const server = fixture(() => startTestServer({ worker: false }));
const ann = fixture(() => server.newUser());
beforeAll(async () => {
  credentials = { authorization: `Bearer ${ann.token}` };
});

function many(count: number, item: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => item(index)).join(' ');
}

describe.each(TRANSPORTS)('over %s', (transport) => {
  test.each([
    ['of validation', `{ ${many(90, (index) => `nope${index}`)} }`],
    ['of fields', `{ ${many(30, (index) => `a${index}: task(id: "VGFzazow") { id }`)} }`],
  ])('at most 20 errors are shown, %s, and how many more there are', async (_what, document) => {
    const { errors } = await ask(transport, server.url, credentials, document);
    expect(errors).toHaveLength(20);
    expect(errors![19]!.message).toMatch(/^\d+ more errors are not shown$/);
    expect(errors![19]!.extensions.code).toBe(errors![0]!.extensions.code);
  });

  test.each([
    ['a field', `{ ${'x'.repeat(200_000)} }`],
    ['a value', `{ task(id: "VGFzazow", ${'x'.repeat(200_000)}: 1) { id } }`],
    ['a token', `{ task(id: "VGFzazow") ${'x'.repeat(200_000)}: : }`],
    ['a response key', `{ ${'x'.repeat(200_000)}: task(id: "VGFzazow") { id } }`],
    ['a type', `{ ... on ${'x'.repeat(200_000)} { id } }`],
    ['a fragment', `{ ...${'x'.repeat(200_000)} }`],
  ])('the name of %s that has 200,000 characters is not repeated', async (_what, document) => {
    const { errors } = await ask(transport, server.url, credentials, document);
    expect(errors!.length).toBeGreaterThan(0);
    for (const error of errors!) {
      expect(error.extensions.code).toMatch(/^[A-Z_]+$/);
      expect(error.extensions.code).not.toBe('INTERNAL_ERROR');
    }
    expect(JSON.stringify(errors).length).toBeLessThan(MAX_CHARACTERS);
  });

  test('an input with 10,000 wrong members is refused in few words', async () => {
    const input = { prompt: 'x', fallbackModels: Array(10_000).fill('') };
    const { errors } = await ask(
      transport,
      server.url,
      credentials,
      'mutation ($input: CreateTaskInput!) { createTask(input: $input) { task { id } } }',
      { input },
    );
    expect(errors![0]!.extensions.code).toBe('VALIDATION_ERROR');
    expect(errors!.flatMap(({ extensions }) => extensions.issues ?? []).length).toBeLessThanOrEqual(20);
    expect(JSON.stringify(errors!.map(({ message }) => message)).length).toBeLessThan(MAX_CHARACTERS);
  });
});

test('outside of GraphQL a long path is not repeated', async () => {
  const response = await fetch(`${server.url}/${'x'.repeat(12_000)}`);
  expect(response.status).toBe(404);
  expect((await response.text()).length).toBeLessThan(4_000);
});

test('a dialect refuses 10,000 wrong members in few words', async () => {
  const response = await fetch(`${server.url}/orchestratex/api/orchestrator/process`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...credentials },
    body: JSON.stringify({
      prompt: 'x',
      preferred_models: Array(10_000).fill(1),
      preferredModels: Array(10_000).fill(1),
    }),
  });
  const text = await response.text();
  expect(response.status).toBeGreaterThanOrEqual(400);
  expect(response.status).toBeLessThan(500);
  expect(text.length).toBeLessThan(100_000);
});

test('a client without credentials sees the same', async () => {
  const { errors } = await createClient(server.url).query(`{ ${'x'.repeat(3_000_000)} }`);
  expect(JSON.stringify(errors).length).toBeLessThan(MAX_CHARACTERS);
});

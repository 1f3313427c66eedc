import { describe, expect, test } from 'vitest';
import { fixture } from '../../harness/fixture.ts';
import { startTestServer } from '../../harness/server.ts';
import { ask, TRANSPORTS } from '../transports.ts';

const CANARY = 'canary7f3a9';

const server = fixture(() => startTestServer({ worker: false }));

const LOGIN = 'mutation ($input: LoginInput!) { login(input: $input) { token } }';

const VARIABLES: [what: string, input: unknown][] = [
  ['a list', { email: 'a@b.c', password: [CANARY] }],
  ['an object', { email: 'a@b.c', password: { secret: CANARY } }],
  ['an unknown field beside it', { email: 'a@b.c', password: CANARY, nothing: 1 }],
  ['a required field that is missing beside it', { email: CANARY }],
  ['a text instead of the input', CANARY],
  ['a list instead of the input', [CANARY, CANARY]],
];

const LITERALS: [what: string, document: string][] = [
  ['a list', `mutation { login(input: { email: "a", password: ["${CANARY}"] }) { token } }`],
  ['an object', `mutation { login(input: { email: "a", password: { a: "${CANARY}" } }) { token } }`],
  ['an enum word', `mutation { login(input: { email: "a", password: ${CANARY} }) { token } }`],
  [
    'an unknown field beside it',
    `mutation { login(input: { password: "${CANARY}", nothing: 1 }) { token } }`,
  ],
  ['a text instead of the input', `mutation { login(input: "${CANARY}") { token } }`],
  ['a text for an enum', `{ tasks(filter: { statuses: ["${CANARY}"] }) { nodes { id } } }`],
  ['a text for a number', `{ tasks(first: "${CANARY}") { nodes { id } } }`],
];

describe.each(TRANSPORTS)('over %s an error does not repeat', (transport) => {
  test.each(VARIABLES)('a variable: %s', async (_what, input) => {
    const { errors } = await ask(transport, server.url, {}, LOGIN, { input });
    expect(errors).not.toHaveLength(0);
    expect(JSON.stringify(errors)).not.toContain(CANARY);
  });

  test.each(LITERALS)('a literal: %s', async (_what, document) => {
    const { errors } = await ask(transport, server.url, {}, document);
    expect(errors).not.toHaveLength(0);
    expect(JSON.stringify(errors)).not.toContain(CANARY);
  });
});

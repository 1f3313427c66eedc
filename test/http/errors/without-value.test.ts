import { buildSchema, GraphQLError, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { withoutValue } from '../../../src/http/errors/without-value.ts';

const CANARY = 'canary7f3a9';

const schema = buildSchema(`
  input Login { email: String, password: String! }
  enum Status { A B }
  type Query {
    viewer: Int
    login(input: Login, status: Status, count: Int, flag: Boolean, id: ID, share: Float, list: [Int!]): Int
  }`);

function messagesOf(document: string): string[] {
  try {
    return validate(schema, parse(document)).map(({ message }) => message);
  } catch (error) {
    if (error instanceof GraphQLError) return [error.message];
    throw error;
  }
}

/** What is wrong with each holds the canary in the words of graphql-js, at least in one message. */
test.each([
  `{ login(input: { password: "x" "${CANARY}" }) }`,
  `{ login(input: { "${CANARY}": "x" }) }`,
  `{ login(input: { password: """x""" """${CANARY}""" }) }`,
  `{ login(input: { password: "x" "${CANARY} Name \\"y" }) }`,
  `{ "${CANARY}" }`,
  `query "${CANARY}" { viewer }`,
  `{ login(count: 1 ) ${CANARY}: } `,
  CANARY,
  `{ login(input: { pass: "${CANARY}" }) }`,
  `{ login(input: { passwords: "${CANARY}" }) }`,
  `{ login(input: { password: { secret: "${CANARY}" } }) }`,
  `{ login(input: "${CANARY}") }`,
  `{ login(input: ["${CANARY}"]) }`,
  ...['status', 'count', 'flag', 'share'].flatMap((name) =>
    [CANARY, `"${CANARY}"`, `["${CANARY}"]`, `{ a: "${CANARY}" }`].map(
      (value) => `{ login(${name}: ${value}) }`,
    ),
  ),
  `{ login(id: { a: "${CANARY}" }) }`,
  `{ login(list: ["${CANARY}"]) }`,
  `query ($a: Int = "${CANARY}") { login(count: $a) }`,
  `{ viewer @include(if: "${CANARY}") }`,
])('%s', (document) => {
  const messages = messagesOf(document);
  expect(messages.length).toBeGreaterThan(0);
  expect(messages.map(withoutValue).join()).not.toContain(CANARY);
});

test.each([
  ['{ login(input: { password: "\\u12xy" }) }', 'Syntax Error: Invalid Unicode escape sequence.'],
  ['{ viewer = }', 'Syntax Error: Expected Name, found "=".'],
  [
    '{ login(input: { email: "x" }) }',
    'Expected value of type "Login" to include required field "password".',
  ],
])('%s still says what is wrong', (document, message) => {
  expect(messagesOf(document).map(withoutValue)).toContain(message);
});

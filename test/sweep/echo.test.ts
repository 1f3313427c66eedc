import { getNamedType, isCompositeType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Answer } from '../harness/client.ts';
import { ask, CARRIERS, type Carrier } from '../http/carriers.ts';
import { type Account, openAccount } from './account.ts';
import { TRIED, type Tried } from './attempts.ts';
import { CANARY, inputPlaces, keepLog, literal, WRONG, withWrong } from './canary.ts';
import { shortDocumentFor } from './documents.ts';
import { type Values, variablesOf } from './inputs.ts';
import type { Place } from './parts.ts';

const { log, lines } = keepLog();
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let account: Account;
beforeAll(async () => {
  account = await openAccount(log);
});
afterAll(() => account?.server.stop());

async function errorsOf(carrier: Carrier, document: string, variables: Values = {}): Promise<string> {
  const { server, credentials } = account;
  const answer = await ask(carrier, server.url, credentials, document, variables).catch(
    (thrown: Error): Answer => {
      if (thrown.message === 'there was no answer') return {};
      throw thrown;
    },
  );
  return JSON.stringify(answer.errors ?? []);
}

function valuesOf(tried: Tried, place: Place, wrong: unknown): Values {
  const leaf = { path: place, scalar: 'String' as const, name: '' };
  const valid = variablesOf(tried.root, tried.field, { own: account.own, leaf, value: CANARY });
  return withWrong(valid, place, wrong) as Values;
}

function literalDocument({ operation, field }: Tried, values: Values): string {
  const given = Object.entries(values).map(([name, value]) => `${name}: ${literal(value)}`);
  const selection = isCompositeType(getNamedType(field.type)) ? '{ __typename }' : '';
  return `${operation} { ${field.name} (${given.join(', ')}) ${selection} }`;
}

const withInput = TRIED.filter(({ field }) => field.args.length > 0);

describe.each(withInput)('$operation $name: an error does not repeat what was sent', (tried) => {
  const places = inputPlaces(tried.field);

  test('in variables', async () => {
    const found: string[] = [];
    for (const place of places) {
      for (const [what, wrong] of WRONG) {
        const values = valuesOf(tried, place, wrong);
        const errors = await errorsOf(
          tried.operation === 'subscription' ? 'SSE' : 'HTTP',
          shortDocumentFor(tried.operation, tried.field, values),
          values,
        );
        if (errors.includes(CANARY)) found.push(`${place.join('.')}, ${what}: ${errors.slice(0, 400)}`);
      }
    }
    expect(found).toEqual([]);
  });

  test('in literals', async () => {
    const found: string[] = [];
    for (const place of places) {
      for (const [what, wrong] of WRONG.slice(0, 4)) {
        const document = literalDocument(tried, valuesOf(tried, place, wrong));
        const errors = await errorsOf(tried.operation === 'subscription' ? 'SSE' : 'HTTP', document);
        if (errors.includes(CANARY)) found.push(`${place.join('.')}, ${what}: ${errors.slice(0, 400)}`);
      }
    }
    expect(found).toEqual([]);
  });
});

const BROKEN: [what: string, document: string][] = [
  ['a text without an end', `mutation { login(input: { password: "${CANARY}`],
  ['a text in the wrong place', `mutation { login(input: { password: "x" "${CANARY}" }) { token } }`],
  ['a text for a name', `mutation { login(input: { "${CANARY}": "x" }) { token } }`],
  [
    'a block text in the wrong place',
    `mutation { login(input: { password: """${CANARY}""" """${CANARY}""" }) }`,
  ],
  ['a text for a selection', `{ "${CANARY}" }`],
  [
    'a text without quotation marks',
    `mutation { login(input: { password: x ${CANARY.replace('-', '_')} = }) { token } }`,
  ],
  ['a variable’s default', `query ($a: Int = "${CANARY}") { tasks(first: $a) { totalCount } }`],
  ['a directive’s argument', `{ viewer @include(if: "${CANARY}") { id } }`],
  ['a number with letters', `{ tasks(first: 1${CANARY}) { totalCount } }`],
  ['an unknown argument', `{ viewer(password: "${CANARY}") { id } }`],
  ['an unknown field of an input', `mutation { login(input: { pass: "${CANARY}" }) { token } }`],
];

describe.each(CARRIERS)('over %s', (carrier) => {
  test.each(BROKEN)('a broken document: %s', async (_what, document) => {
    const errors = await errorsOf(carrier, document);
    expect(errors).toMatch(/"message":/);
    expect(errors).not.toContain('canary7f3a9');
  });

  test('a variable of each kind', async () => {
    const document = 'mutation ($input: LoginInput!) { login(input: $input) { token } }';
    for (const [, wrong] of WRONG) {
      const errors = await errorsOf(carrier, document, { input: { email: 'a@b.c', password: wrong } });
      expect(errors).not.toContain(CANARY);
    }
  });

  test.each(['Bearer', 'Basic', 'Token', ''])('credentials that begin with “%s”', async (scheme) => {
    const authorization = `${scheme} ${CANARY}`.trim();
    for (const credentials of [{ authorization }, { 'x-api-key': authorization }] as Record<
      string,
      string
    >[]) {
      const answer = await ask(carrier, account.server.url, credentials, '{ viewer { id } }').catch(
        (thrown: { reason?: string }) => ({ errors: [String(thrown.reason)] }),
      );
      expect(answer.errors).not.toHaveLength(0);
      expect(JSON.stringify(answer)).not.toContain(CANARY);
    }
  });
});

test.each([
  ['variables that are no JSON', `query={__typename}&variables={"password":"${CANARY}`],
  ['variables that are no object', `query={__typename}&variables="${CANARY}"`],
  ['extensions that are no JSON', `query={__typename}&extensions=${CANARY}`],
  ['a document that is none', `query=${CANARY}"`],
  ['an operation that is not there', `query=query a {__typename}&operationName=${CANARY}`],
  ['a wrong literal', `query={tasks(first:"${CANARY}"){totalCount}}`],
  ['a wrong variable', `query=query($a:Int){tasks(first:$a){totalCount}}&variables={"a":"${CANARY}"}`],
  ['a mutation', `query=mutation{login(input:{password:"${CANARY}"}){token}}`],
])('in the query of an address: %s', async (_what, query) => {
  const response = await fetch(`${account.server.url}/graphql?${encodeURI(query)}`, {
    headers: { accept: 'application/json' },
  });
  const text = await response.text();
  expect(response.status, text).toBeGreaterThanOrEqual(400);
  expect(text).not.toContain(CANARY);
});

test.each([
  [
    'a body that is no JSON',
    'application/json',
    `{"query":"{__typename}","variables":{"password":"${CANARY}`,
  ],
  ['a list', 'application/json', JSON.stringify([CANARY])],
  ['a text', 'application/json', JSON.stringify(CANARY)],
  ['a document that is an object', 'application/json', JSON.stringify({ query: { a: CANARY } })],
  [
    'variables that are a text',
    'application/json',
    JSON.stringify({ query: '{__typename}', variables: CANARY }),
  ],
  [
    'an operation name that is a list',
    'application/json',
    JSON.stringify({ query: '{__typename}', operationName: [CANARY] }),
  ],
  ['a member that nothing takes', 'application/json', JSON.stringify({ query: '{__typename}', [CANARY]: 1 })],
  ['another media type', 'text/plain', CANARY],
  ['a form', 'application/x-www-form-urlencoded', `query=${CANARY}`],
])('in a body: %s', async (_what, type, body) => {
  const response = await fetch(`${account.server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': type, accept: 'application/json' },
    body,
  });
  expect(response.status).toBeGreaterThanOrEqual(400);
  expect(await response.text()).not.toContain(CANARY);
});

test('no line of the log has it', () => {
  expect(lines.filter((line) => line.includes(CANARY))).toEqual([]);
});

import { getNamedType, isCompositeType } from 'graphql';
import { afterAll, describe, expect, test } from 'vitest';
import type { Answer } from '../harness/client.ts';
import { fixture } from '../harness/fixture.ts';
import { ask, TRANSPORTS, type Transport } from '../http/transports.ts';
import { openAccount } from './account.ts';
import { rankOf, TRIED, type Tried, transportsOf } from './attempts.ts';
import {
  CANARY,
  findAll,
  idOf,
  isText,
  keepLog,
  repeats,
  type Sent,
  sentTo,
  WRONG,
  withValue,
} from './canary.ts';
import { codesOf } from './compare.ts';
import { shortDocumentFor } from './documents.ts';
import { type InputPlace, inputPlaces, literalArguments, Word } from './input-places.ts';
import { typeOfId, type Values, variablesOf } from './inputs.ts';
import { REPEATED_FIELDS } from './repeated.ts';

const { log, lines } = keepLog();

const account = fixture(() => openAccount(log));
afterAll(() => account?.server.stop());

async function run(transport: Transport, document: string, variables: Values = {}): Promise<Answer> {
  const { server, credentials } = account;
  try {
    return await ask(transport, server.url, credentials, document, variables);
  } catch (thrown) {
    // Of a subscription that ends at once.
    if (thrown instanceof Error && thrown.message === 'there was no answer') return {};
    throw thrown;
  }
}

const errorsOf = ({ errors = [] }: Answer) => JSON.stringify(errors);

/** A valid call, apart from what is sent to a place. */
function valuesWith(tried: Tried, { path, name }: InputPlace, sent: unknown): Values {
  const leaf = { path, scalar: 'String' as const, name };
  const valid = variablesOf(tried.root, tried.field, { own: account.own, leaf, value: CANARY });
  return withValue(valid, path, sent) as Values;
}

function literalDocument({ operation, field }: Tried, values: Values): string {
  const selection = isCompositeType(getNamedType(field.type)) ? '{ __typename }' : '';
  const given = literalArguments(field, values);
  return `${operation} { ${field.name} ${given && `(${given})`} ${selection} }`;
}

interface Probe {
  place: InputPlace;
  sent: Sent;
  way: 'variable' | 'literal';
  transport: Transport;
}

const [TEXT, OBJECT] = WRONG as readonly [Sent, Sent];

/** What is refused differently in a literal and in a variable. The rest is the same to the parser. */
const IN_LITERALS: readonly Sent[] = [TEXT, OBJECT, ['a word', new Word(CANARY)]];

function inVariables({ path, name, takesText, takesId }: InputPlace): readonly Sent[] {
  if (!takesText) return [TEXT, OBJECT];
  return takesId ? [...sentTo(path), idOf(typeOfId(name)), idOf('Nothing')] : sentTo(path);
}

/** Everything everywhere over HTTP or SSE, and some of it in one place over the other transports. */
function probesOf(tried: Tried): Probe[] {
  const [usual] = transportsOf(tried);
  const places = inputPlaces(tried.root, tried.field);
  const everywhere = places.flatMap((place) => [
    ...inVariables(place).map((sent) => ({ place, sent, way: 'variable' as const, transport: usual! })),
    ...IN_LITERALS.map((sent) => ({ place, sent, way: 'literal' as const, transport: usual! })),
  ]);
  const sample = TRANSPORTS.filter((transport) => transport !== usual).flatMap((transport) =>
    IN_LITERALS.flatMap((sent) => [
      { place: places.at(-1)!, sent, way: 'literal' as const, transport },
      ...(sent[1] instanceof Word
        ? []
        : [{ place: places.at(-1)!, sent, way: 'variable' as const, transport }]),
    ]),
  );
  return [...everywhere, ...sample];
}

const repeated = new Set<string>();

/** @returns where an error repeats what was sent and may not; null: nowhere. */
async function find(tried: Tried, { place, sent: [what, value], way, transport }: Probe) {
  const values = valuesWith(tried, place, value);
  const answer =
    way === 'literal'
      ? await run(transport, literalDocument(tried, values))
      : await run(transport, shortDocumentFor(tried.operation, tried.field, values), values);
  const errors = errorsOf(answer);
  const failure = codesOf(answer).includes('INTERNAL_ERROR');
  const where = `${place.name}, ${what} as a ${way} over ${transport}: ${errors.slice(0, 400)}`;
  if (failure) return where;
  if (!repeats(errors)) return null;
  if (!(place.name in REPEATED_FIELDS) || !isText(value)) return where;
  repeated.add(place.name);
  return null;
}

/** Of a call that was refused for its form, so that nothing behind that was tried. */
const MALFORMED = ['VALIDATION_ERROR', 'GRAPHQL_VALIDATION_FAILED', 'GRAPHQL_PARSE_FAILED', 'INTERNAL_ERROR'];

describe.each(TRIED.filter(({ field }) => field.args.length > 0))('$operation $name', (tried) => {
  test.each(tried.operation === 'subscription' || rankOf(tried) > 0 ? [] : [true])(
    'the call is valid without the canary',
    async () => {
      const valid = variablesOf(tried.root, tried.field, { own: account.own });
      const answers = [
        await run('HTTP', shortDocumentFor(tried.operation, tried.field, valid), valid),
        await run('HTTP', literalDocument(tried, variablesOf(tried.root, tried.field, { own: account.own }))),
      ];
      for (const answer of answers) expect(MALFORMED, errorsOf(answer)).not.toContain(codesOf(answer)[0]);
    },
  );

  test('an error does not repeat what was sent', async () => {
    expect(await findAll(probesOf(tried), (probe) => find(tried, probe))).toEqual([]);
  });
});

test('fields that may be repeated are', () => {
  expect([...repeated].sort()).toEqual(Object.keys(REPEATED_FIELDS).sort());
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
  ['a text without quotation marks', `mutation { login(input: { password: x ${CANARY} = }) { token } }`],
  ['a variable’s default', `query ($a: Int = "${CANARY}") { tasks(first: $a) { nodes { id } } }`],
  ['a directive’s argument', `{ viewer @include(if: "${CANARY}") { id } }`],
  ['a number with letters', `{ tasks(first: 1${CANARY}) { nodes { id } } }`],
  ['an unknown argument', `{ viewer(password: "${CANARY}") { id } }`],
  ['an unknown field of an input', `mutation { login(input: { pass: "${CANARY}" }) { token } }`],
];

describe.each(TRANSPORTS)('over %s', (transport) => {
  test.each(BROKEN)('a broken document: %s', async (_what, document) => {
    const errors = errorsOf(await run(transport, document));
    expect(errors).toMatch(/"message":/);
    expect(repeats(errors), errors).toBe(false);
  });

  test.each(['Bearer ', 'Bearer md_', 'md_', 'Basic ', ''])('credentials after “%s”', async (before) => {
    const authorization = `${before}${CANARY}`;
    const all: Record<string, string>[] = [{ authorization }, { 'x-api-key': authorization }];
    for (const credentials of all) {
      const answer = await ask(transport, account.server.url, credentials, '{ viewer { id } }').catch(
        // A socket is closed with a reason.
        (thrown: { reason?: string }) => ({ errors: [String(thrown.reason)] }),
      );
      expect(answer.errors).not.toHaveLength(0);
      expect(JSON.stringify(answer)).not.toContain('undefined');
      expect(repeats(JSON.stringify(answer)), JSON.stringify(answer)).toBe(false);
    }
  });
});

test.each([
  ['variables that are no JSON', `query={__typename}&variables={"password":"${CANARY}`],
  ['variables that are no object', `query={__typename}&variables="${CANARY}"`],
  ['extensions that are no JSON', `query={__typename}&extensions=${CANARY}`],
  ['a document that is none', `query=${CANARY}"`],
  ['an operation that does not exist', `query=query a {__typename}&operationName=${CANARY}`],
  ['a wrong literal', `query={tasks(first:"${CANARY}"){nodes{id}}}`],
  ['a wrong variable', `query=query($a:Int){tasks(first:$a){nodes{id}}}&variables={"a":"${CANARY}"}`],
  ['a mutation', `query=mutation{login(input:{password:"${CANARY}"}){token}}`],
])('in the query of an address: %s', async (_what, query) => {
  const response = await fetch(`${account.server.url}/graphql?${encodeURI(query)}`, {
    headers: { accept: 'application/json' },
  });
  const text = await response.text();
  expect(text).toMatch(/"message":/);
  expect(repeats(text), text).toBe(false);
});

test.each([
  ['a base URL of guests', '/k/', '/graphql'],
  ['a base URL of guests, before a dialect', '/k/', '/amas/api/v1/tasks'],
  ['a link that is used once', '/graphql?link=', ''],
  ['an artifact', '/artifacts/', ''],
])('in the path of an address: %s', async (_what, before, after) => {
  for (const accept of ['application/json', 'text/html']) {
    const response = await fetch(`${account.server.url}${before}${CANARY}${after}`, { headers: { accept } });
    const said = `${await response.text()} ${JSON.stringify([...response.headers])}`;
    expect(repeats(said), said).toBe(false);
  }
});

const json = (value: unknown) => JSON.stringify(value);

test.each([
  ['no JSON', 'application/json', `{"query":"{__typename}","variables":{"password":"${CANARY}`],
  ['a list', 'application/json', json([CANARY])],
  ['a text', 'application/json', json(CANARY)],
  ['a document that is an object', 'application/json', json({ query: { a: CANARY } })],
  ['variables that are a text', 'application/json', json({ query: '{__typename}', variables: CANARY })],
  [
    'an operation that is a list',
    'application/json',
    json({ query: '{__typename}', operationName: [CANARY] }),
  ],
  ['extensions that are a text', 'application/json', json({ query: '{__typename}', extensions: CANARY })],
  ['another media type', 'text/plain', CANARY],
  ['a form', 'application/x-www-form-urlencoded', `query=${CANARY}`],
])('in a body: %s', async (_what, type, body) => {
  const response = await fetch(`${account.server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': type, accept: 'application/json' },
    body,
  });
  const text = await response.text();
  expect(text).toMatch(/"message":/);
  expect(repeats(text), text).toBe(false);
});

test('no line of the log has it', () => {
  log.info('The log is kept.');
  expect(lines.at(-1)).toContain('The log is kept.');
  expect(lines.filter(repeats)).toEqual([]);
});

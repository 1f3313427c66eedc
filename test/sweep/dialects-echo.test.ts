import { text as readText } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { fixture } from '../harness/fixture.ts';
import { fetchUntilAccepted } from './accepted.ts';
import { make, openAccount } from './account.ts';
import { CANARY, findAll, isText, keepLog, repeats, type Sent, sentTo, WRONG, withValue } from './canary.ts';
import { TRIED_ROWS, type TriedRow } from './dialect-attempts.ts';
import { allPlaces, fill, type Own, type Parts, type Place, schemaOf } from './parts.ts';
import { REPEATED_PARTS } from './repeated.ts';
import { addressOf, TRIED_SOCKETS, type TriedSocket } from './sockets.ts';
import { plainIdOf } from './sweep.ts';

const { log, lines } = keepLog();

let own: Own;
const account = fixture(() => openAccount(log));
beforeAll(async () => {
  const plain = Object.entries(account.own).map(([type, id]) => [type, plainIdOf(id)]);
  own = { ...Object.fromEntries(plain), label: 'ann', template: 'own', model: 'demo' };
});
afterAll(() => account?.server.stop());

interface Request {
  /** As it is sent. */
  body?: string | undefined;
  params?: unknown;
  query?: unknown;
}

const asText = (value: unknown) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

/** @returns status, headers and body of a response that refuses a request; null: it was accepted. */
async function refusalOf(
  { dialect, row }: TriedRow,
  { params, query, body }: Request,
  headers: Record<string, string> = account.credentials,
): Promise<string | null> {
  const ofPath = (params ?? {}) as Record<string, unknown>;
  const path = row.path.replaceAll(/\{(\w+)\}/g, (_, name) => encodeURIComponent(asText(ofPath[name])));
  const search = Object.entries((query ?? {}) as object).map(([name, value]) => [name, asText(value)]);
  const url = `${account.server.url}/${dialect}${path}?${new URLSearchParams(search)}`;
  const init = {
    method: row.method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    body: row.method === 'GET' || body === undefined ? null : body,
  };
  const { pool } = account.server.store.database;
  const response = await (row.wait ? fetchUntilAccepted(pool, url, init) : fetch(url, init));
  if (!response) return null;
  const said = `${response.status} ${await response.text()} ${JSON.stringify([...response.headers])}`;
  return response.status >= 400 ? said : null;
}

const validParts = ({ row }: TriedRow, place: Place | null) =>
  fill(schemaOf(row.input), own, place, CANARY) as Partial<Parts>;

const asRequest = ({ body, ...parts }: Partial<Parts>): Request => ({
  ...parts,
  body: body === undefined ? undefined : JSON.stringify(body),
});

const repeated = new Set<string>();

/** `body.steps.model` */
const nameOf = (place: Place) => place.filter((part) => !/^\d+$/.test(part)).join('.');

async function find(tried: TriedRow, { place, sent: [what, value] }: { place: Place; sent: Sent }) {
  const parts = withValue(validParts(tried, place), place, value) as Partial<Parts>;
  const refusal = await refusalOf(tried, asRequest(parts));
  if (refusal === null) return null;
  const where = `${place.join('.')}, ${what}: ${refusal.slice(0, 400)}`;
  if (refusal.startsWith('5')) return where;
  if (!repeats(refusal)) return null;
  const name = nameOf(place);
  if (!(name in REPEATED_PARTS) || !isText(value)) return where;
  repeated.add(name);
  return null;
}

/** Paths and queries hold texts alone. */
const probesOf = (tried: TriedRow) =>
  allPlaces(tried.row.input)
    .filter((place) => place.length > 1 || place[0] === 'body')
    .flatMap((place) =>
      sentTo(place)
        .filter(([, value]) => place[0] === 'body' || (typeof value === 'string' && value.length < 1_000))
        .map((sent) => ({ place, sent })),
    );

/** Of a request that was refused for its form, so that nothing behind that was tried. */
const MALFORMED = /^(400|422|5\d\d)/;

describe.each(TRIED_ROWS)('$dialect $name', (tried) => {
  test.each(tried.row.method === 'DELETE' ? [] : [true])(
    'the request is valid without the canary',
    async () => {
      expect((await refusalOf(tried, asRequest(validParts(tried, null)))) ?? '200').not.toMatch(MALFORMED);
    },
  );

  test('a refusal does not repeat what was sent', async () => {
    const probes = probesOf(tried);
    // Those that are accepted all wait for as long.
    const atOnce = tried.row.wait ? probes.length : undefined;
    expect(await findAll(probes, (probe) => find(tried, probe), atOnce)).toEqual([]);
  });

  test('nor a body that cannot be read, nor credentials', async () => {
    const valid = asRequest(validParts(tried, null));
    const requests: [Request, Record<string, string>][] = [
      [{ ...valid, body: `{"password":"${CANARY}` }, account.credentials],
      [
        { ...valid, body: CANARY },
        { ...account.credentials, 'content-type': 'text/plain' },
      ],
      [valid, { authorization: `Bearer ${CANARY}` }],
      [valid, { authorization: `Bearer md_${CANARY}` }],
      [valid, { authorization: `Basic ${CANARY}` }],
      [valid, { 'x-api-key': `md_${CANARY}` }],
      [valid, { authorization: CANARY, 'x-api-key': CANARY }],
      [valid, { 'x-api-key': CANARY }],
    ];
    const found = await findAll(requests, async ([request, headers]) => {
      const refusal = await refusalOf(tried, request, headers);
      return refusal !== null && repeats(refusal) ? refusal : null;
    });
    expect(found).toEqual([]);
  });
});

test('parts that may be repeated are', () => {
  expect([...repeated].sort()).toEqual(Object.keys(REPEATED_PARTS).sort());
});

/** The last message, which cannot be read: its answer shows that all before it have been answered. */
const LAST = `{"password":"${CANARY}`;

/** All that is said on a connection up to the answer to the last message, or how it was refused or closed. */
async function converse(address: string, headers: Record<string, string>, messages: readonly unknown[]) {
  const client = new WebSocket(`${account.server.url.replace('http', 'ws')}${address}`, { headers });
  const said: string[] = [];
  const ended = Promise.withResolvers<void>();
  client.on('error', () => {});
  client.once('unexpected-response', async (_request, response) => {
    said.push(
      `refused with ${response.statusCode} ${await readText(response)} ${JSON.stringify(response.headers)}`,
    );
    ended.resolve();
  });
  client.once('close', (code, reason) => {
    said.push(`closed with ${code} ${reason}`);
    ended.resolve();
  });
  client.on('message', (frame) => {
    said.push(String(frame));
    if (/not valid JSON/.test(String(frame))) ended.resolve();
  });
  client.once('open', () => {
    for (const message of messages) client.send(JSON.stringify(message));
    client.send(LAST);
  });
  await ended.promise;
  client.terminate();
  return said;
}

/** Each command with everything everywhere, and what is no command. */
function messagesTo({ row }: TriedSocket): unknown[] {
  const commands = Object.entries(row.commands).flatMap(([name, { input }]) => {
    const valid = fill(schemaOf(input), own, null, '') as object;
    return allPlaces(input).flatMap((place) =>
      sentTo(place).map(([, value]) => ({
        ...(withValue(valid, place, value) as object),
        ...(place[0] !== row.commandField && { [row.commandField]: name }),
      })),
    );
  });
  return [...commands, ...WRONG.flatMap(([, value]) => [{ [row.commandField]: value }, value])];
}

const queryOf = ({ row }: TriedSocket) =>
  Object.keys(
    (schemaOf(row.input).properties?.query as { properties?: object } | undefined)?.properties ?? {},
  );

describe.each(TRIED_SOCKETS)('$dialect $name', (tried) => {
  // What the rows did to the first ones is of no matter.
  beforeAll(async () => {
    const { Session, Task } = await make(account, ['Session', 'Task']);
    own = { ...own, Session: plainIdOf(Session), Task: plainIdOf(Task) };
  });

  test('no message about an error repeats what was sent', async () => {
    const messages = messagesTo(tried);
    const said = await converse(addressOf(tried, own, true), account.credentials, messages);
    expect(said.at(-1)).toMatch(/not valid JSON/);
    expect(said.filter((one) => /error/i.test(one)).length).toBeGreaterThan(WRONG.length);
    expect(said.filter((one) => repeats(one))).toEqual([]);
  });

  test('nor does the refusal of an address or of credentials', async () => {
    const address = addressOf(tried, own, true);
    const canaries = Object.fromEntries(Object.keys(own).map((type) => [type, CANARY]));
    const tries: [string, Record<string, string>][] = [
      ...['token', ...queryOf(tried)].map((name): [string, Record<string, string>] => [
        `${address}?${name}=${CANARY}`,
        account.credentials,
      ]),
      [addressOf(tried, canaries, true), account.credentials],
      [address, { authorization: `Bearer ${CANARY}` }],
      [address, { authorization: CANARY }],
      [address, { 'x-api-key': CANARY }],
      [`${address}?token=md_${CANARY}`, {}],
    ];
    const said = await Promise.all(tries.map(([where, headers]) => converse(where, headers, [])));
    expect(said.flat().filter((one) => repeats(one))).toEqual([]);
  });
});

test('no line of the log has it', () => {
  log.info('The log is kept.');
  expect(lines.at(-1)).toContain('The log is kept.');
  expect(lines.filter(repeats)).toEqual([]);
});

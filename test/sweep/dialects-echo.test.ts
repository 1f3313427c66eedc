import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { DIALECT_TABLES } from '../../src/rest-compat/index.ts';
import { type Account, openAccount } from './account.ts';
import { allPlaces, CANARY, keepLog, WRONG, withWrong } from './canary.ts';
import { TRIED_ROWS, type TriedRow } from './dialect-attempts.ts';
import { fill, type Own, type Parts, type Place, schemaOf } from './parts.ts';
import { plainIdOf } from './stage.ts';

const { log, lines } = keepLog();
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let account: Account;
let own: Own;
beforeAll(async () => {
  account = await openAccount(log);
  const plain = Object.entries(account.own).map(([type, id]) => [type, plainIdOf(id)]);
  own = { ...Object.fromEntries(plain), label: 'ann', template: 'own', model: 'demo' };
});
afterAll(() => account?.server.stop());

const PATIENCE_MS = 1_500;

/** All that is told of a request that is refused; null: it was not. */
async function refusalOf({ dialect, row }: TriedRow, parts: Parts, headers: Record<string, string> = {}) {
  const params = (parts.params ?? {}) as Record<string, unknown>;
  const path = row.path.replaceAll(/\{(\w+)\}/g, (_, name) => encodeURIComponent(textOf(params[name])));
  const query = Object.entries((parts.query ?? {}) as object).map(([name, value]) => [name, textOf(value)]);
  const { credentials } = account;
  try {
    const response = await fetch(`${account.server.url}/${dialect}${path}?${new URLSearchParams(query)}`, {
      method: row.method,
      headers: {
        ...credentials,
        ...(parts.body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: row.method === 'GET' || parts.body === undefined ? null : bodyOf(parts.body),
      signal: row.wait ? AbortSignal.timeout(PATIENCE_MS) : null,
    });
    const told = `${JSON.stringify([...response.headers])} ${await response.text()}`;
    return response.status >= 400 ? told : null;
  } catch (thrown) {
    if (thrown instanceof DOMException) return null;
    throw thrown;
  }
}

class Raw {
  text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const bodyOf = (body: unknown) => (body instanceof Raw ? body.text : JSON.stringify(body));
const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value ?? ''));

function validFor(tried: TriedRow, place: Place | null): Parts {
  return fill(schemaOf(tried.row.input), own, place, CANARY) as Parts;
}

describe.each(TRIED_ROWS)('$dialect $name: a refusal does not repeat what was sent', (tried) => {
  const places = allPlaces(tried.row.input).filter((place) => place.length > 1 || place[0] === 'body');

  test.each(tried.row.method === 'DELETE' ? [] : [true])('wherever it was', async () => {
    const found: string[] = [];
    for (const place of places) {
      const isText = place[0] !== 'body';
      for (const [what, wrong] of isText ? WRONG.filter(([, value]) => String(value).length < 100) : WRONG) {
        const refusal = await refusalOf(tried, withWrong(validFor(tried, place), place, wrong) as Parts);
        if (refusal?.includes(CANARY)) found.push(`${place.join('.')}, ${what}: ${refusal.slice(0, 600)}`);
      }
    }
    expect(found).toEqual([]);
  });

  test('in a body that is no JSON, another media type, credentials', async () => {
    const valid = validFor(tried, null);
    const raw = { ...valid, body: new Raw(`{"password":"${CANARY}`) };
    const refusals = [
      await refusalOf(tried, raw),
      await refusalOf(tried, { ...valid, body: new Raw(CANARY) }, { 'content-type': 'text/plain' }),
      await refusalOf(tried, valid, { authorization: `Bearer ${CANARY}` }),
      await refusalOf(tried, valid, { authorization: CANARY, 'x-api-key': CANARY }),
    ];
    for (const refusal of refusals) expect(refusal ?? '').not.toContain(CANARY);
  });
});

const SOCKETS = Object.values(DIALECT_TABLES).flatMap(({ name: dialect, sockets }) =>
  sockets.map((row) => ({ dialect, row, path: row.path })),
);

const WORDS_OF_DIALECTS: Record<string, string> = { session_id: 'Session', task_id: 'Task' };

async function open(address: string, headers: Record<string, string>) {
  const client = new WebSocket(`${account.server.url.replace('http', 'ws')}${address}`, { headers });
  const frames: string[] = [];
  client.on('message', (frame) => void frames.push(String(frame)));
  client.on('error', (error) => void frames.push(String(error)));
  client.on('close', (code, reason) => void frames.push(`${code} ${reason}`));
  client.on('unexpected-response', async (_request, response) => {
    frames.push(`${JSON.stringify(response.headers)} ${(await response.toArray()).join('')}`);
    client.emit('refused');
  });
  await Promise.race([once(client, 'open'), once(client, 'refused'), once(client, 'close')]);
  return { client, frames };
}

describe.each(SOCKETS)(
  '$dialect $path: no frame about an error repeats what was sent',
  ({ dialect, row }) => {
    const addressOf = (values: Own) =>
      `/${dialect}${row.path.replaceAll(/\{(\w+)\}/g, (_, name) => values[WORDS_OF_DIALECTS[name]!]!)}`;

    test('in a command', async () => {
      const messages: unknown[] = [];
      for (const [name, command] of Object.entries(row.commands)) {
        const valid = fill(schemaOf(command.input), own, null, '') as object;
        for (const place of allPlaces(command.input)) {
          for (const [, wrong] of WRONG) {
            messages.push({
              ...(withWrong(valid, place, wrong) as object),
              ...(place[0] !== row.commandField && { [row.commandField]: name }),
            });
          }
        }
      }
      for (const [, wrong] of WRONG) messages.push({ [row.commandField]: wrong }, wrong);
      const { client, frames } = await open(addressOf(own), account.credentials);
      client.send(`{"password":"${CANARY}`);
      for (const message of messages) client.send(JSON.stringify(message));
      const closed = once(client, 'close');
      client.close();
      await closed;
      expect(frames.length).toBeGreaterThan(1);
      expect(frames.filter((frame) => frame.includes(CANARY) && /error/i.test(frame))).toEqual([]);
    });

    test('in an address and in credentials', async () => {
      const addresses = [
        `${addressOf(own)}?token=${CANARY}`,
        ...Object.keys(
          (schemaOf(row.input).properties?.query as never as { properties?: object })?.properties ?? {},
        ).map((name) => `${addressOf(own)}?${name}=${CANARY}`),
        `/${dialect}${row.path.replaceAll(/\{\w+\}/g, CANARY)}`,
      ];
      const callers = [account.credentials, { authorization: `Bearer ${CANARY}` }, { 'x-api-key': CANARY }];
      for (const address of addresses) {
        for (const headers of callers as Record<string, string>[]) {
          for (const page of [{}, { origin: account.server.url }] as Record<string, string>[]) {
            const { client, frames } = await open(address, { ...headers, ...page });
            client.terminate();
            expect(frames.filter((frame) => frame.includes(CANARY) && /error/i.test(frame))).toEqual([]);
          }
        }
      }
    });
  },
);

test('no line of the log has it', () => {
  expect(lines.filter((line) => line.includes(CANARY))).toEqual([]);
});

import { createServer, request, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { beforeAll, expect, test } from 'vitest';
import { data } from '../../../harness/client.ts';
import { fixture } from '../../../harness/fixture.ts';
import { startTestServer } from '../../../harness/server.ts';
import { startVendor } from '../../../harness/vendor/server.ts';
import { openBrowser } from '../browser.ts';

const vendor = fixture(startVendor);
const server = fixture(() => startTestServer({ variables: { OPENAI_BASE_URL: `${vendor.url}/v1` } }));
const browser = fixture(openBrowser, { stop: (opened) => opened.close() });
const ann = fixture(() => server.newUser());

/** Between the page and the server, with connections that can be cut. */
const proxy = fixture(
  async () => {
    const open = new Set<Socket>();
    const statuses: number[] = [];
    const lastEventIds: (string | undefined)[] = [];
    const relay: Server = createServer((incoming, outgoing) => {
      const { hostname, port } = new URL(server.url);
      const { method, url: path, headers } = incoming;
      if (path === '/')
        return void outgoing.setHeader('content-type', 'text/html').end('<title>page</title>');
      lastEventIds.push(headers['last-event-id'] as string | undefined);
      const asked = request({ hostname, port, method, path, headers }, (answer) => {
        statuses.push(answer.statusCode!);
        outgoing.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(outgoing);
      });
      asked.on('error', () => outgoing.destroy());
      incoming.pipe(asked);
      outgoing.on('close', () => asked.destroy());
    });
    relay.on('connection', (socket) => {
      open.add(socket);
      socket.once('close', () => open.delete(socket));
    });
    await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
    return {
      url: `http://127.0.0.1:${(relay.address() as AddressInfo).port}`,
      statuses,
      lastEventIds,
      cut: () => open.forEach((socket) => void socket.destroy()),
      stop: () => void relay.close().closeAllConnections(),
    };
  },
  { stop: ({ stop }) => stop() },
);

let id: string;
let token: string;
beforeAll(async () => {
  id = await ann.createTask({ prompt: 'x', model: 'gpt-4o@tokens=60,itl=60' });
  const made = `mutation { createRunToken(input: { runIds: ["${id}"] }) { token } }`;
  token = data(await ann.query(made)).createRunToken.token;
});

test('a browser’s EventSource follows a run over a lost connection, without gaps and repeats, and stops at its end', async () => {
  const query = `subscription { taskEvents(taskId: "${id}") { __typename seq ... on TokensGenerated { text } } }`;
  const page = await browser.newPage();
  await page.goto(proxy.url);
  await page.evaluate(
    ({ address }) => {
      // biome-ignore lint/suspicious/noExplicitAny: the page's own globals
      const view = globalThis as any;
      view.seen = [];
      view.source = new view.EventSource(address);
      view.source.addEventListener('next', ({ data: text }: { data: string }) =>
        view.seen.push(JSON.parse(text).data.taskEvents),
      );
    },
    { address: `/graphql?${new URLSearchParams({ query, token })}` },
  );
  const hasText = `seen.filter(({ __typename }) => __typename === 'TokensGenerated').length > 3`;
  await page.waitForFunction(hasText);
  proxy.cut();
  // 2 is EventSource.CLOSED: the 204 ends it.
  await page.waitForFunction('source.readyState === 2', null, { timeout: 60_000 });
  const seen = (await page.evaluate('seen')) as { __typename: string; seq: number; text?: string }[];
  const events = seen.filter(({ __typename }) => __typename !== 'CurrentState');
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  expect(events.at(-1)!.__typename).toBe('RunCompleted');
  const { result } = await ann.task(id);
  expect(events.map(({ text }) => text ?? '').join('')).toBe(result.output);
  expect(proxy.statuses).toEqual([200, 200, 204]);
  expect(proxy.lastEventIds).toEqual([undefined, expect.any(String), String(events.at(-1)!.seq)]);
  await page.close();
}, 90_000);

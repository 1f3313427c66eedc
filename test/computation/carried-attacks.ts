/** Attacks on what carries documents: heads, URLs, streams and sockets. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { WebSocket } from 'ws';
import type { Deployment } from '../harness/deployment.ts';

export interface Carried {
  name: string;
  /** @returns all that is answered. */
  send(deployment: Deployment): Promise<string>;
  answer: RegExp;
}

const BRACKETS = '['.repeat(100_000);
/** The most that a body or a message may have. */
const NESTED = `${'['.repeat(99_000)}${']'.repeat(99_000)}`;
/** A MiB at most. */
const TOKENS = Array.from({ length: 400_000 }, () => '1').join();

async function raw({ api }: Deployment, text: string): Promise<string> {
  const { hostname, port } = new URL(api.url);
  const socket = connect(Number(port), hostname);
  // A server that has read enough resets the connection, which may be while this is still written.
  socket.on('error', () => {});
  let received = '';
  socket.on('data', (chunk) => (received += chunk));
  socket.write(text);
  await new Promise((resolve) => socket.once('close', resolve));
  return received;
}

function post(accept: string, body: string) {
  return async ({ api, ann }: Deployment): Promise<string> => {
    const headers = { 'content-type': 'application/json', accept, authorization: `Bearer ${ann.token}` };
    const response = await fetch(`${api.url}/graphql`, { method: 'POST', headers, body });
    return await response.text();
  };
}

/** Everything that is said until there is an answer, with the reason of a close. */
async function overSocket(
  { api, ann }: Deployment,
  path: string,
  protocol: string[],
  messages: string[],
  isAnswer: RegExp,
): Promise<string> {
  const headers = { authorization: `Bearer ${ann.token}` };
  const socket = new WebSocket(`${api.url.replace('http', 'ws')}${path}`, protocol, { headers });
  socket.on('error', () => {});
  const said = new Promise<string>((resolve) => {
    socket.on('message', (data) => {
      const text = String(data);
      if (/connection_ack|connection_established|connected/.test(text)) socket.send(messages.at(-1)!);
      else if (isAnswer.test(text)) resolve(text);
    });
    socket.once('close', (code, reason) => resolve(`${code} ${reason}`));
  });
  await once(socket, 'open');
  for (const message of messages.slice(0, -1)) socket.send(message);
  const text = await said;
  socket.terminate();
  return text;
}

function graphqlSocket(message: string) {
  return (deployment: Deployment) =>
    overSocket(
      deployment,
      '/graphql',
      ['graphql-transport-ws'],
      ['{"type":"connection_init"}', message],
      /"type":"(error|next|complete)"/,
    );
}

const subscribe = (payload: string) => `{"id":"1","type":"subscribe","payload":${payload}}`;
const document = (query: string) => JSON.stringify({ query });
const variables = (value: string) =>
  `{"query":"query ($p: JSON) { validateTemplate(input: { templateName: \\"x\\", parameters: $p }) { valid } }","variables":{"p":{"a":${value}}}}`;
const CODE = /"code":"[A-Z_]+"/;

const OVER: [transport: string, send: (body: string) => Carried['send']][] = [
  ['HTTP', (body) => post('application/json', body)],
  ['SSE', (body) => post('text/event-stream', body)],
  ['a WebSocket', (body) => graphqlSocket(subscribe(body))],
];

export const CARRIED: Carried[] = [
  {
    name: 'a flood of headers',
    send: (deployment) =>
      raw(deployment, `GET /health HTTP/1.1\r\nHost: localhost\r\n${'a: b\r\n'.repeat(100_000)}\r\n`),
    answer: /^(HTTP\/1.1 431 [\s\S]*"code":"PAYLOAD_TOO_LARGE"[\s\S]*)?$/,
  },
  {
    name: '900 headers',
    send: (deployment) =>
      raw(
        deployment,
        `GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${'a: b\r\n'.repeat(900)}\r\n`,
      ),
    answer: /^HTTP\/1.1 200 /,
  },
  {
    name: 'a query string of 20 KB',
    send: (deployment) =>
      raw(
        deployment,
        `GET /graphql?query=${'x'.repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
      ),
    answer: /^HTTP\/1.1 431 [\s\S]*"code":"PAYLOAD_TOO_LARGE"/,
  },
  {
    name: 'a query string of 7,000 parameters',
    send: (deployment) =>
      raw(
        deployment,
        `GET /graphql?${'a&'.repeat(7_000)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
      ),
    answer: CODE,
  },
  ...OVER.flatMap(([transport, send]): Carried[] => [
    {
      name: `a document of 100,000 brackets over ${transport}`,
      send: send(document(`{a(b:${BRACKETS})}`)),
      answer: CODE,
    },
    {
      name: `a document of 100,000 braces over ${transport}`,
      send: send(document('{a'.repeat(100_000))),
      answer: CODE,
    },
    {
      name: `a document of one long text over ${transport}`,
      send: send(document(`{a(b:"""${'\n'.repeat(400_000)}""")}`)),
      answer: CODE,
    },
    { name: `variables nested 99,000 times over ${transport}`, send: send(variables(NESTED)), answer: CODE },
    {
      name: `variables nested 200,000 times over ${transport}`,
      send: send(variables(`${BRACKETS}${BRACKETS}`)),
      answer: /PAYLOAD_TOO_LARGE/,
    },
    {
      name: `400,000 tokens over ${transport}`,
      send: send(variables(`[${TOKENS}]`)),
      answer: /PAYLOAD_TOO_LARGE/,
    },
  ]),
  {
    name: 'a message of 400,000 tokens at a dialect',
    send: (deployment) =>
      overSocket(
        deployment,
        `/amas/ws?token=${deployment.ann.token}`,
        [],
        [`{"a":[${TOKENS}]}`],
        /more than|error/,
      ),
    answer: /more than 100000 values/,
  },
];

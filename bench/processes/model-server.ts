/**
 * A provider that speaks OpenAI's streaming chat. Unlike the vendor server of the tests, every token is the clock at
 * the moment of its write (so that any reader can tell the delay of the path), the pace keeps to a timetable, and a
 * token costs little more than its write: the faults of that server would drown what is measured here.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import { serveCommands } from '../fork.ts';
import { microseconds } from '../measure/clock.ts';
import { chunksOf } from './chat-chunks.ts';

interface Settings {
  tokens: number;
  /** Milliseconds between two tokens. */
  itl: number;
  /** Nobody begins before so many streams of this model name are there. */
  together: number;
  /** The stream waits for /release to send each token. */
  gate: string | null;
}

const gates = new Map<string, (token: 'token' | 'end') => void>();

const commands = {
  async start() {
    const server = createServer((request, response) => void answer(request, response));
    server.keepAliveTimeout = 120_000;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  },
};
export type ModelServerCommands = typeof commands;

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url!, 'http://any');
  const body = await readBody(request);
  if (pathname === '/v1/chat/completions') return stream(JSON.parse(body), response);
  const release = pathname === '/release' ? gates.get(searchParams.get('gate')!) : undefined;
  release?.(searchParams.has('end') ? 'end' : 'token');
  response.writeHead(release ? 200 : 404).end('{}');
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += chunk;
  return body;
}

function readSettings(model: string): Settings {
  const given = new URLSearchParams(model.split('@')[1]?.replaceAll(',', '&'));
  return {
    tokens: Number(given.get('tokens') ?? 20),
    itl: Number(given.get('itl') ?? 0),
    together: Number(given.get('together') ?? 1),
    gate: given.get('gate'),
  };
}

async function stream({ model }: { model: string }, response: ServerResponse): Promise<void> {
  const settings = readSettings(model);
  const chunks = chunksOf(model);
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  response.write(chunks.opening);
  const place = await gather(model, settings.together);
  const speak = () => response.write(chunks.token(Math.round(microseconds())));
  if (settings.gate) await speakWhenReleased(settings.gate, speak);
  else if (settings.itl > 0) await speakOnTime(settings, place, speak);
  else await speakAtOnce(settings, speak, response);
  response.end(chunks.closing(settings.tokens));
}

const gathering = new Map<string, (() => void)[]>();

/** @returns the stream's place among those that it waited for. */
async function gather(model: string, size: number): Promise<number> {
  const here = gathering.get(model) ?? [];
  gathering.set(model, here);
  const place = here.length;
  const everybody = new Promise<void>((resolve) => here.push(resolve));
  if (here.length === size) {
    gathering.delete(model);
    for (const begin of here) begin();
  }
  await everybody;
  return place;
}

/** Streams that began together take turns within the pace: real ones do not speak in chorus. */
async function speakOnTime({ tokens, itl, together }: Settings, place: number, speak: () => unknown) {
  const startedAt = performance.now() + (place * itl) / together;
  for (let index = 0; index < tokens; index += 1) {
    const ahead = startedAt + index * itl - performance.now();
    if (ahead > 0) await wait(ahead);
    speak();
  }
}

/** A turn of the event loop for each token: within one turn Node would join them into one write. */
async function speakAtOnce(
  { tokens }: Settings,
  speak: () => boolean,
  response: ServerResponse,
): Promise<void> {
  for (let index = 0; index < tokens && !response.destroyed; index += 1) {
    if (speak()) await nextTurn();
    else await Promise.race([once(response, 'drain'), once(response, 'close')]);
  }
}

function speakWhenReleased(gate: string, speak: () => unknown): Promise<void> {
  return new Promise((resolve) => {
    gates.set(gate, (what) => {
      if (what === 'token') return void speak();
      gates.delete(gate);
      resolve();
    });
  });
}

serveCommands(commands);

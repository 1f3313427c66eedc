import { z } from 'zod';
import type { OllamaConfig } from '../../config.ts';
import { OWN_SERVER_RATES } from '../../rules/models/first-token.ts';
import { isStorable } from '../../rules/text/text.ts';
import { brokenOff } from '../failures/thrown.ts';
import type { ModelRequest, Provider, StreamPart } from '../provider.ts';
import { askLearning } from '../quirks/ask.ts';
import { createQuirkMemory } from '../quirks/memory.ts';
import { createPatience } from '../stream/patience.ts';
import { type Patience, watchStream } from '../stream/watch-stream.ts';
import type { Vendor } from '../vendor.ts';
import { createFetch } from '../wire/fetch.ts';
import { connect } from './connection.ts';
import { createContextSizes } from './context-size.ts';
import { pullReader } from './pull.ts';
import { chunkReader } from './read-chunks.ts';
import { toChatRequest } from './request.ts';
import { readTraits, SHOWN } from './traits.ts';

/**
 * Before the first token a model is loaded from disk, and while it writes a tool call Ollama is silent until
 * the call is complete: on small machines both take minutes.
 */
const PATIENCE: Patience = { firstPartMs: 240_000, idleMs: 240_000 };

/** Ollama, with its own API. */
export function createOllamaProvider(
  { baseUrl }: OllamaConfig,
  patience = PATIENCE,
  quirks = createQuirkMemory(),
): Provider {
  const vendor: Vendor = {
    name: 'Ollama',
    keyVariable: 'OLLAMA_HOST',
    urlVariable: 'OLLAMA_HOST',
    apiKey: '',
  };
  const contextSizes = createContextSizes();
  const patienceFor = createPatience(patience, OWN_SERVER_RATES, quirks);
  const { get, stream } = connect(vendor, baseUrl, createFetch());

  function parse<Shape extends z.ZodType>(shape: Shape, answer: unknown): z.output<Shape> {
    const read = shape.safeParse(answer);
    if (read.success) return read.data;
    throw brokenOff(vendor, new Error('it sent an answer that is not part of its API'));
  }
  async function* chat(asked: ModelRequest, signal: AbortSignal): AsyncGenerator<readonly StreamPart[]> {
    const origin = { provider: 'ollama', model: asked.model } as const;
    const numCtx = contextSizes.of(asked, await quirks.windowOf(origin));
    yield* askLearning(
      quirks,
      origin,
      (known) => toChatRequest(asked, known, numCtx),
      (body) =>
        stream((client) => client.chat({ ...body, stream: true }), chunkReader(vendor, asked.model), signal),
    );
  }
  return {
    id: 'ollama',
    stream: (asked, signal) =>
      watchStream(
        vendor.name,
        (either) => chat(asked, either),
        signal,
        () => patienceFor({ provider: 'ollama', model: asked.model }, asked),
      ),
    pull: (model, signal) =>
      watchStream(
        vendor.name,
        (either) => stream((client) => client.pull({ model, stream: true }), pullReader(), either),
        signal,
        patience,
      ),
    async models(signal) {
      const { models } = parse(TAGS, await get((client) => client.list(), signal));
      return models
        .filter(({ name }) => isStorable(name))
        .map(({ name, digest }) => ({ id: name, digest: digestOf(digest), traits: null }));
    },
    traitsOf: async (model, signal) =>
      readTraits(parse(SHOWN, await get((client) => client.show({ model }), signal))),
    async memoryOf(model, signal) {
      const { models } = parse(RUNNING, await get((client) => client.ps(), signal));
      return models.find(({ name }) => name === model || name === `${model}:latest`)?.size ?? null;
    },
  };
}

function digestOf(sent: string | null | undefined): string | null {
  return sent && sent.length <= 200 && isStorable(sent) ? sent : null;
}

// The types of the client include fields that other servers omit.
const TAGS = z.object({ models: z.array(z.object({ name: z.string(), digest: z.string().nullish() })) });
const RUNNING = z.object({ models: z.array(z.object({ name: z.string(), size: z.number().nullish() })) });

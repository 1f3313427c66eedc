import { z } from 'zod';
import type { OllamaConfig } from '../../config.ts';
import { isStorable } from '../../rules/text.ts';
import { type ModelRequest, type Provider, ProviderError, type StreamPart } from '../provider.ts';
import { brokenOff, unreachable } from '../thrown.ts';
import type { Vendor } from '../vendor.ts';
import { type Patience, watchStream } from '../watch-stream.ts';
import { refused } from './errors.ts';
import { readChunks } from './read-chunks.ts';
import { readLines } from './read-lines.ts';
import { toChatRequest } from './request.ts';

/**
 * Before the first word a model is loaded from disk, and while one writes a tool call Ollama is silent until it
 * is whole: on small machines both take minutes. Less than the 300 s after which `fetch` gives up.
 */
const PATIENCE: Patience = { firstPartMs: 240_000, idleMs: 240_000 };

/**
 * Ollama's own API by plain `fetch`: its client library cannot be given a signal, leaves the connection open when
 * the reader goes, waits for headers for ever, and prints lines that it cannot read to the console.
 */
export function createOllamaProvider({ baseUrl }: OllamaConfig, patience = PATIENCE): Provider {
  const vendor: Vendor = {
    name: 'Ollama',
    keyVariable: 'OLLAMA_HOST',
    urlVariable: 'OLLAMA_HOST',
    apiKey: '',
  };

  async function request(path: string, init: RequestInit): Promise<Response> {
    const response = await fetch(`${baseUrl}${path}`, init).catch((error) => {
      throw unreachable(vendor, error);
    });
    if (!response.ok) throw await refused(vendor, response);
    return response;
  }

  async function* chat(asked: ModelRequest, signal: AbortSignal): AsyncGenerator<readonly StreamPart[]> {
    const body = JSON.stringify(toChatRequest(asked));
    const headers = { 'content-type': 'application/json' };
    try {
      const response = await request('/api/chat', { method: 'POST', headers, body, signal });
      yield* readChunks(vendor, readLines(response.body ?? []));
    } catch (error) {
      throw error instanceof ProviderError ? error : brokenOff(vendor, error);
    }
  }

  async function read<Shape extends z.ZodType>(
    path: string,
    shape: Shape,
    signal: AbortSignal,
  ): Promise<z.output<Shape>> {
    try {
      const response = await request(path, { signal });
      return shape.parse(await response.json());
    } catch (error) {
      throw error instanceof ProviderError ? error : brokenOff(vendor, error);
    }
  }
  return {
    id: 'ollama',
    stream: (asked, signal) => watchStream(vendor.name, (either) => chat(asked, either), signal, patience),
    async models(signal) {
      const { models } = await read('/api/tags', TAGS, signal);
      return models.map(({ name }) => name).filter(isStorable);
    },
    async memoryOf(model, signal) {
      const { models } = await read('/api/ps', RUNNING, signal);
      return models.find(({ name }) => name === model || name === `${model}:latest`)?.size ?? null;
    },
  };
}

const TAGS = z.object({ models: z.array(z.object({ name: z.string() })) });
// https://docs.ollama.com/api/ps
const RUNNING = z.object({ models: z.array(z.object({ name: z.string(), size: z.number().nullish() })) });

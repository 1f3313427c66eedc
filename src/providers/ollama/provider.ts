import { z } from 'zod';
import type { OllamaConfig } from '../../config.ts';
import { isStorable } from '../../rules/text.ts';
import type { Provider } from '../provider.ts';
import type { Vendor } from '../vendor.ts';
import { type Patience, watchStream } from '../watch-stream.ts';
import { connect, type LineReader } from './connection.ts';
import { readPull } from './pull.ts';
import { readChunks } from './read-chunks.ts';
import { toChatRequest } from './request.ts';

/**
 * Before the first word a model is loaded from disk, and while one writes a tool call Ollama is silent until it
 * is whole: on small machines both take minutes. Less than the 300 s after which `fetch` gives up.
 */
const PATIENCE: Patience = { firstPartMs: 240_000, idleMs: 240_000 };

/** Ollama: its models, in its own API. */
export function createOllamaProvider({ baseUrl }: OllamaConfig, patience = PATIENCE): Provider {
  const vendor: Vendor = {
    name: 'Ollama',
    keyVariable: 'OLLAMA_HOST',
    urlVariable: 'OLLAMA_HOST',
    apiKey: '',
  };
  const { get, post } = connect(vendor, baseUrl);

  function watch<Part extends { type: string }>(
    path: string,
    asked: object,
    read: LineReader<Part>,
    signal: AbortSignal,
  ) {
    return watchStream(vendor.name, (either) => post(path, asked, read, either), signal, patience);
  }
  return {
    id: 'ollama',
    stream: (asked, signal) => watch('/api/chat', toChatRequest(asked), readChunks, signal),
    pull: (model, signal) => watch('/api/pull', { model, stream: true }, readPull, signal),
    async models(signal) {
      const { models } = await get('/api/tags', TAGS, signal);
      return models.map(({ name }) => name).filter(isStorable);
    },
    async memoryOf(model, signal) {
      const { models } = await get('/api/ps', RUNNING, signal);
      return models.find(({ name }) => name === model || name === `${model}:latest`)?.size ?? null;
    },
  };
}

const TAGS = z.object({ models: z.array(z.object({ name: z.string() })) });
// https://docs.ollama.com/api/ps
const RUNNING = z.object({ models: z.array(z.object({ name: z.string(), size: z.number().nullish() })) });

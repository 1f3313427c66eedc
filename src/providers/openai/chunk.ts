import { APIError } from 'openai';
import type { ChatCompletionChunk } from 'openai/resources/chat/completions';
import { isJsonObject } from '../json-object.ts';

/** @throws APIError for a fault that the server tells within its answer, SyntaxError for what is none of its API */
export function readChunk(data: string): Partial<ChatCompletionChunk> {
  const chunk: unknown = JSON.parse(data);
  if (!isJsonObject(chunk)) throw new SyntaxError('it sent a chunk that is none of its API');
  if (chunk.error) throw new APIError(undefined, chunk.error, undefined, undefined);
  return chunk;
}

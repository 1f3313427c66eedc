import { BYTES_PER_TOKEN } from '../../rules/models/context-window.ts';
import type { ModelRequest } from '../provider.ts';

/** Estimated input tokens of a request, rather too many than too few; not rounded. */
export function estimateTokens({ messages, tools = [] }: ModelRequest): number {
  return Buffer.byteLength(JSON.stringify([messages, tools])) / BYTES_PER_TOKEN;
}

import { setTimeout as wait } from 'node:timers/promises';
import type { ModelRequest, Provider, StreamPart } from './provider.ts';

const OPENING = 'This is the demo model: it has no weights and repeats what it is told. You wrote: ';

/**
 * A deterministic model without weights or network, for first steps, tests and load. Settings may ride in the
 * model's id: `demo@tokens=200,itl=2` answers 200 words, one every 2 ms.
 */
export function createDemoProvider(): Provider {
  return { id: 'demo', stream: speak };
}

async function* speak(request: ModelRequest, signal: AbortSignal): AsyncGenerator<StreamPart> {
  const { tokens, itl } = readSettings(request.model);
  const words = answerWords(request, tokens);
  const limit = Math.min(words.length, request.maxTokens ?? words.length);
  for (const word of words.slice(0, limit)) {
    if (itl > 0) await wait(itl, undefined, { signal });
    signal.throwIfAborted();
    yield { type: 'text', text: word };
  }
  const reason = limit < words.length ? 'length' : 'stop';
  yield { type: 'finish', reason, rawReason: reason, usage: countUsage(request, limit) };
}

function readSettings(model: string): { tokens: number | null; itl: number } {
  const settings = new URLSearchParams(model.split('@')[1]?.replaceAll(',', '&'));
  const tokens = Number.parseInt(settings.get('tokens') ?? '', 10);
  const itl = Number.parseInt(settings.get('itl') ?? '', 10);
  return { tokens: tokens > 0 ? tokens : null, itl: itl >= 0 ? itl : 20 };
}

function answerWords(request: ModelRequest, tokens: number | null): string[] {
  const prompt = request.messages.findLast((message) => message.role === 'user')?.content ?? '';
  if (tokens === null) return splitWords(OPENING + prompt);
  return Array.from({ length: tokens }, (_, index) => `word${index + 1} `);
}

function splitWords(text: string): string[] {
  return text.match(/\s*\S+\s*$|\s*\S+/g) ?? [];
}

function countUsage(request: ModelRequest, outputTokens: number) {
  const inputTokens = request.messages.reduce((sum, { content }) => sum + splitWords(content).length, 0);
  return { inputTokens, cachedInputTokens: 0, outputTokens, reasoningTokens: 0 };
}

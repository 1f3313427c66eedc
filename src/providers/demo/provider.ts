import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import type { Usage } from '../../rules/money/money.ts';
import type { ModelRequest, Provider, StreamPart } from '../provider.ts';
import { watchStream } from '../stream/watch-stream.ts';
import { minimalInstance } from './instance.ts';
import { nextCall, type ScriptedCall } from './script.ts';
import { splitWords } from './words.ts';

const OPENING = 'This is the demo model: it is not a real AI and repeats your input. You wrote: ';
const AFTER_TOOLS = 'This is the demo model: it has called the tools that you named. The last result was: ';

/** Its answers are created in memory, so their size must be limited. */
const MOST_TOKENS = 100_000;

/** Maximum words without a pause, so that the event loop is not blocked. */
const BURST = 64;

/**
 * A deterministic model without weights or network, for first steps, tests and load. It calls the tools named
 * in the prompt, or demonstrates those of an agent (see `nextCall`), and answers a JSON Schema with its
 * smallest instance. Settings can be part of the model id: `demo@tokens=200,itl=2` answers 200 words, one
 * every 2 ms.
 */
export function createDemoProvider(): Provider {
  return {
    id: 'demo',
    stream: (request, signal) => watchStream('The demo model', (either) => speak(request, either), signal),
  };
}

async function* speak(request: ModelRequest, signal: AbortSignal): AsyncGenerator<readonly StreamPart[]> {
  const { tokens, itl } = readSettings(request.model);
  const call = nextCall(request);
  if (call) return yield [...callTool(request, call)];
  const words = answerWords(request, tokens);
  const limit = Math.min(words.length, request.maxTokens ?? words.length);
  for (const [index, word] of words.slice(0, limit).entries()) {
    if (itl > 0) await wait(itl, undefined, { signal });
    else if (index % BURST === 0) await nextTurn();
    yield [{ type: 'text', text: word }];
  }
  const reason = limit < words.length ? 'length' : 'stop';
  yield [{ type: 'finish', reason, rawReason: reason, usage: countUsage(request, limit) }];
}

function* callTool(request: ModelRequest, call: ScriptedCall): Generator<StreamPart> {
  yield { type: 'tool_call', id: `call_demo_${request.messages.length}`, ...call };
  const usage = countUsage(request, splitWords(call.arguments).length);
  yield { type: 'finish', reason: 'tool_calls', rawReason: 'tool_calls', usage };
}

function readSettings(model: string): { tokens: number | null; itl: number } {
  const settings = new URLSearchParams(model.split('@')[1]?.replaceAll(',', '&'));
  const tokens = Number.parseInt(settings.get('tokens') ?? '', 10);
  const itl = Number.parseInt(settings.get('itl') ?? '', 10);
  return { tokens: tokens > 0 ? Math.min(tokens, MOST_TOKENS) : null, itl: itl >= 0 ? itl : 20 };
}

function answerWords({ messages, responseSchema }: ModelRequest, tokens: number | null): string[] {
  if (responseSchema) return splitWords(JSON.stringify(minimalInstance(responseSchema), null, 1));
  if (tokens !== null) return Array.from({ length: tokens }, (_, index) => `word${index + 1} `);
  const last = messages.findLast(({ role }) => role === 'user' || role === 'tool');
  return splitWords((last?.role === 'tool' ? AFTER_TOOLS : OPENING) + (last?.content ?? ''));
}

function countUsage(request: ModelRequest, outputTokens: number): Usage {
  const inputTokens = request.messages.reduce((sum, { content }) => sum + splitWords(content).length, 0);
  return { inputTokens, cachedInputTokens: 0, outputTokens, reasoningTokens: 0 };
}

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toMessagesRequest } from '../../../src/providers/anthropic/request.ts';
import type { ModelMessage, ModelRequest } from '../../../src/providers/provider.ts';
import { pricesOf } from '../../../src/rules/models/price-list.ts';
import { reserve } from '../../../src/rules/money/budget.ts';
import { costOf, toPicodollars } from '../../../src/rules/money/money.ts';
import { billCache, promptBlocks } from '../../harness/vendor/anthropic-cache.ts';
import type { PromptBlock } from '../../harness/vendor/wire.ts';
import { WEATHER } from '../conversation.ts';

const MODEL = 'claude-sonnet-4-5';
const words = fc
  .string({ maxLength: 40, unit: 'grapheme' })
  .chain((word) => fc.integer({ min: 1, max: 400 }).map((times) => word.repeat(times)));
const turn = fc.record({ prompt: words, answer: words, isCalling: fc.boolean() });

const toMessages = (
  system: string,
  turns: readonly { prompt: string; answer: string; isCalling: boolean }[],
) => {
  const said = turns.flatMap(({ prompt, answer, isCalling }, index): ModelMessage[] => [
    { role: 'user', content: prompt },
    {
      role: 'assistant',
      content: answer,
      ...(isCalling && {
        toolCalls: [{ id: `c${index}`, name: WEATHER.name, arguments: '{"city":"Rome"}' }],
      }),
    },
    ...(isCalling
      ? [{ role: 'tool' as const, content: prompt, toolCallId: `c${index}`, toolName: WEATHER.name }]
      : []),
  ]);
  return [{ role: 'system' as const, content: system }, ...said, { role: 'user' as const, content: 'Go on' }];
};

/** The dearest that there may be: a token for each byte that is said. */
const byBytes = (block: PromptBlock): PromptBlock => ({
  ...block,
  tokens: bytesSaid(JSON.parse(block.text.slice(block.text.indexOf('{')))),
});

function bytesSaid(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value !== 'object' || value === null) return 0;
  const said = Object.entries(value).filter(([name]) => !['type', 'id', 'tool_use_id'].includes(name));
  return said.reduce((sum, [, one]) => sum + bytesSaid(one), 0);
}

test('each request of a conversation that the played Anthropic bills is within its reservation', () => {
  fc.assert(
    fc.property(
      words,
      fc.array(turn, { minLength: 1, maxLength: 8 }),
      fc.boolean(),
      fc.nat({ max: 5_000 }),
      (system, turns, isForHour, output) => {
        const cached = new Set<string>();
        for (let count = 0; count <= turns.length; count += 1) {
          const request: ModelRequest = {
            model: MODEL,
            messages: toMessages(system, turns.slice(0, count)),
            tools: [WEATHER],
            cache: { key: 'k', isReadSoon: true },
          };
          const inputBytes = Buffer.byteLength(JSON.stringify(request));
          const prices = (tokens: number) => pricesOf(null, { provider: 'anthropic', model: MODEL }, tokens)!;
          const reserved = reserve({ inputBytes, wanted: 5_000 }, prices(inputBytes), '1000')!;
          const sent = toMessagesRequest({ ...request, maxTokens: reserved.maxTokens }, new Set());
          const json = JSON.stringify(sent);
          // A proxy may ask for the longer time.
          const body = JSON.parse(
            isForHour ? json.replaceAll('"ephemeral"', '"ephemeral","ttl":"1h"') : json,
          );
          const billed = billCache(promptBlocks(body).map(byBytes), cached);
          expect(billed.cached + billed.written).toBeLessThanOrEqual(billed.prompt);
          const usage = {
            inputTokens: billed.prompt,
            cachedInputTokens: billed.cached,
            cacheWriteTokens: billed.written,
            cacheWriteHourTokens: billed.hour,
            outputTokens: Math.min(output, reserved.maxTokens),
            reasoningTokens: null,
          };
          const cost = toPicodollars(costOf(usage, prices(billed.prompt))!);
          expect(cost).toBeLessThanOrEqual(toPicodollars(reserved.amount));
        }
      },
    ),
    { numRuns: 100 },
  );
});

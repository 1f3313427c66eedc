import type { MessageCreateParamsStreaming, MessageParam } from '@anthropic-ai/sdk/resources/messages';
import type { ReasoningEffort } from '../../vocabulary.ts';
import type { ModelRequest } from '../provider.ts';
import type { Quirks } from '../quirks/quirk.ts';
import { reasoningBudget } from '../quirks/reasoning-budget.ts';
import { effortOf } from '../quirks/reasoning-effort.ts';

type Thinking = Pick<MessageCreateParamsStreaming, 'thinking'>;
type Effort = 'low' | 'medium' | 'high' | 'xhigh' | 'max';

export interface Reasoning extends Thinking {
  effort?: Effort;
}

/** `claude-opus-4-6`, `claude-3-7-sonnet-latest`; a date is not a version. */
const VERSION = /claude-(?:[a-z]+-)*(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)/;

/**
 * Models from 4.6 on accept an effort and decide themselves how much to think; earlier ones accept a token
 * budget.
 */
function takesEffort(model: string): boolean {
  const [, major, minor] = VERSION.exec(model) ?? [];
  return major === undefined || Number(major) + Number(minor ?? 0) / 100 >= 4.06;
}

const EFFORTS = {
  none: null,
  minimal: 'low',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'xhigh',
  max: 'max',
} as const satisfies Record<ReasoningEffort, Effort | null>;

/** Tokens, for models with a thinking budget. */
const BUDGETS = {
  none: 0,
  minimal: 1_024,
  low: 2_048,
  medium: 8_192,
  high: 16_384,
  xhigh: 24_576,
  max: 32_768,
} as const satisfies Record<ReasoningEffort, number>;

/**
 * How much Claude should think. https://platform.claude.com/docs/en/build-with-claude/thinking
 * @param maxTokens of the answer, including thinking
 */
export function reasoningFor(
  request: ModelRequest,
  { maxTokens, messages, quirks }: { maxTokens: number; messages: readonly MessageParam[]; quirks: Quirks },
): Reasoning {
  const effort = effortOf(request, quirks);
  if (takesEffort(request.model)) return byEffort(effort);
  const wanted = request.maxReasoningTokens ?? (effort && BUDGETS[effort]);
  if (!wanted || quirks.has('no_reasoning_effort') || !mayThink(messages)) return {};
  const budget = reasoningBudget(wanted, maxTokens);
  return budget === null ? {} : { thinking: { type: 'enabled', budget_tokens: budget } };
}

function byEffort(effort: ReasoningEffort | null): Reasoning {
  if (effort === null) return {};
  const word = EFFORTS[effort];
  return word === null
    ? { thinking: { type: 'disabled' } }
    : { effort: word, thinking: { type: 'adaptive' } };
}

/** A turn with calls that continues must have begun with thinking, which turns of other models did not. */
function mayThink(messages: readonly MessageParam[]): boolean {
  const content = messages.findLast(({ role }) => role === 'assistant')?.content;
  if (!Array.isArray(content) || !content.some(({ type }) => type === 'tool_use')) return true;
  return content[0]?.type === 'thinking' || content[0]?.type === 'redacted_thinking';
}

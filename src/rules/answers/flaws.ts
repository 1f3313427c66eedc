import type { RunErrorCode } from '../../errors.ts';
import type { FinishReason } from '../../vocabulary.ts';
import { withoutThoughts } from './thoughts.ts';

/** Why an answer of an agent without tool calls does not count as success. */
export type Flaw = 'empty' | 'cut_off' | 'filtered' | 'malformed' | 'unreadable_call' | 'no_tool_used';

/** An answer that calls no tool, and what is known about its task. */
export interface EndingAnswer {
  text: string;
  finishReason: FinishReason;
  /** The finish reason as the vendor named it; null: none. */
  rawFinishReason: string | null;
  /** Whether the text looks like a call that could not be parsed. */
  looksLikeCall: boolean;
  /** Whether the task requires a tool and none was called. */
  lacksTool: boolean;
}

/**
 * The flaw for an end with text and without calls. A vendor that announced calls and sent none garbled them.
 */
const BY_REASON: Record<FinishReason, Flaw | null> = {
  stop: null,
  length: 'cut_off',
  tool_calls: 'malformed',
  content_filter: 'filtered',
  other: null,
  unknown: null,
};

/**
 * Vendors' reasons outside of ours that indicate a broken answer, such as Gemini's MALFORMED_FUNCTION_CALL.
 */
const BROKEN = /malformed|unexpected|invalid|error|abort|fail/i;

/** The flaw of an answer that would end its task; null: it is a success. */
export function flawOf(answer: EndingAnswer): Flaw | null {
  const { text, finishReason, rawFinishReason, looksLikeCall, lacksTool } = answer;
  const byReason = BY_REASON[finishReason];
  if (byReason) return byReason;
  if (finishReason === 'other' && BROKEN.test(rawFinishReason ?? '')) return 'malformed';
  if (withoutThoughts(text).trim() === '') return 'empty';
  if (looksLikeCall) return 'unreadable_call';
  return lacksTool ? 'no_tool_used' : null;
}

interface Consequence {
  /** Error code of a task that ends with this flaw. */
  code: RunErrorCode;
  /** Error message for the owner of the task. */
  message: string;
  /** Message to the model before it is asked once more. */
  notice: string;
}

export const FLAWS: Record<Flaw, Consequence> = {
  empty: {
    code: 'ANSWER_EMPTY',
    message: 'the model answered with neither text nor a tool call',
    notice: 'Your last answer was empty. Continue with the task: call a tool, or write your final answer.',
  },
  cut_off: {
    code: 'ANSWER_CUT_OFF',
    message: 'the answer reached the output token limit of the model or of maxTokens',
    notice:
      'Your last answer was cut off because it reached the limit of output tokens. Continue with the task and write less at a time: split large files into several calls, and keep explanations short.',
  },
  filtered: {
    code: 'ANSWER_FILTERED',
    message: 'the model refused to answer, or its provider filtered the answer out',
    notice:
      'Your last answer was stopped by a content filter. Continue with the task without the content that was filtered. If that is not possible, say so in your final answer.',
  },
  malformed: {
    code: 'ANSWER_MALFORMED',
    message: 'the answer of the model, or a tool call in it, was malformed',
    notice:
      'Your last answer could not be processed, probably because a tool call in it was malformed. Nothing was executed. To call a tool, send arguments that are one valid JSON object and match its schema.',
  },
  unreadable_call: {
    code: 'ANSWER_MALFORMED',
    message: 'the model wrote a tool call as text that could not be parsed',
    notice:
      'Your last answer contained a tool call written as text that could not be parsed, so nothing was executed. Use the function-calling interface, with arguments that are one valid JSON object.',
  },
  no_tool_used: {
    code: 'TOOLS_NOT_USED',
    message: 'the model called no tool, although the task appears to require one',
    notice:
      'You have not called any tool, so nothing has been done or looked up in the working directory. Do the task with your tools now. If it really needs none of them, call finish with your answer as the summary.',
  },
};

import type { Settings } from './settings.ts';

// Two, three and four bytes of UTF-8, the last a surrogate pair in JavaScript; all within five words.
const suffixes = ['', 'é', '', '漢', '🙂', '', '', ''] as const;

/** The words of a default answer, one per text delta: `w0 `, `w1é `, `w2 `, `w3漢 `, `w4🙂 ` … */
export const answerTokens = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `w${index}${suffixes[index % suffixes.length]} `);

export const answerText = (tokens: number): string => answerTokens(tokens).join('');

export const reasoningTokens = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `r${index} `);

export const reasoningText = (tokens: number): string => reasoningTokens(tokens).join('');

/** What the vendor reports as prompt_tokens when given the text of all messages together. */
export const countTokens = (text: string): number => Math.ceil(Buffer.byteLength(text) / 4);

export interface ScriptedToolCall {
  readonly name: string;
  /** A string is sent verbatim, so a test can send JSON that does not parse. */
  readonly arguments: string | Readonly<Record<string, unknown>>;
}

export interface ScriptedAnswer {
  readonly text?: string;
  readonly toolCalls?: readonly ScriptedToolCall[];
}

export interface ToolCall {
  readonly name: string;
  readonly fragments: readonly string[];
}

/** One answer, cut into the deltas that a stream carries; whole answers join them. */
export interface Answer {
  readonly reasoning: readonly string[];
  readonly text: readonly string[];
  readonly toolCalls: readonly ToolCall[];
  readonly finish: 'stop' | 'length' | 'tool_calls';
  /** Output tokens, reasoning included: one per word and one per fragment of tool arguments. */
  readonly tokens: number;
}

const words = (text: string): string[] => text.match(/\S+\s*|\s+/g) ?? [];

const fragments = (text: string): string[] => text.match(/[\s\S]{1,8}/gu) ?? [];

function toolCall({ name, arguments: given }: ScriptedToolCall): ToolCall {
  return { name, fragments: fragments(typeof given === 'string' ? given : JSON.stringify(given)) };
}

const halves = (word: string): string[] => word.split(/(?<=[\uD800-\uDBFF])(?=[\uDC00-\uDFFF])/);

export interface Wanted {
  readonly settings: Settings;
  readonly scripted: ScriptedAnswer | undefined;
  readonly lastUserText: string;
  /** The caller's bound on output tokens, reasoning included. */
  readonly limit: number;
}

function fullText({ settings, scripted, lastUserText }: Wanted): string[] {
  if (scripted) return words(scripted.text ?? '');
  return settings.echo ? words(lastUserText) : answerTokens(settings.tokens);
}

export function composeAnswer(wanted: Wanted): Answer {
  const { settings, limit } = wanted;
  const full = fullText(wanted);
  const reasoning = reasoningTokens(Math.min(settings.reasoning, limit));
  const text = full.slice(0, limit - reasoning.length);
  const toolCalls = (wanted.scripted?.toolCalls ?? []).map(toolCall);
  const cutShort = settings.length || reasoning.length + text.length < settings.reasoning + full.length;
  return {
    reasoning,
    text: settings.surrogate ? text.flatMap(halves) : text,
    toolCalls,
    finish: cutShort ? 'length' : toolCalls.length > 0 ? 'tool_calls' : 'stop',
    tokens: reasoning.length + text.length + toolCalls.reduce((sum, call) => sum + call.fragments.length, 0),
  };
}

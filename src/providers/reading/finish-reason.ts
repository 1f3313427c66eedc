import type { FinishReason } from '../../vocabulary.ts';

/** The words of OpenAI, and of servers with its API or Ollama's, in lower case. */
const REASONS = new Map<string, FinishReason>([
  ...['stop', 'eos', 'eos_token', 'end', 'end_turn', 'stop_sequence', 'complete', 'completed'].map(
    (word) => [word, 'stop'] as const,
  ),
  ...[
    'length',
    'max_tokens',
    'max_output_tokens',
    'max_length',
    'model_length',
    'length_limit',
    'model_context_window_exceeded',
  ].map((word) => [word, 'length'] as const),
  ...['tool_calls', 'tool_call', 'tool_use', 'function_call'].map((word) => [word, 'tool_calls'] as const),
  ...[
    'content_filter',
    'refusal',
    'safety',
    'sensitive',
    'recitation',
    'prohibited_content',
    'blocklist',
  ].map((word) => [word, 'content_filter'] as const),
]);

/** @param raw null: the vendor ended its answer without a reason. */
export function mapFinishReason(raw: string | null): FinishReason {
  if (raw === null) return 'unknown';
  return REASONS.get(raw.toLowerCase()) ?? 'other';
}

/** Servers also report `stop` for refusals and tool calls. */
export function reasonOf(mapped: FinishReason, hasRefused: boolean, hasCalled: boolean): FinishReason {
  if (hasRefused) return 'content_filter';
  return hasCalled && (mapped === 'stop' || mapped === 'unknown') ? 'tool_calls' : mapped;
}

/** Reasons that mean that the answer failed. */
const FAILURES = new Set([
  'error',
  'network_error',
  'insufficient_system_resource',
  'abort',
  'load',
  'unload',
]);

/** Whether an end means that there is no answer, and a retry may help. */
export function isFailedEnd(raw: string | null): boolean {
  return raw !== null && FAILURES.has(raw.toLowerCase());
}

import type { FinishReason } from '../../vocabulary.ts';

const REASONS = new Map<string, FinishReason>([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'tool_calls'],
  ['refusal', 'content_filter'],
]);

export function mapFinishReason(raw: string | null): FinishReason {
  return REASONS.get(raw ?? '') ?? 'other';
}

import type { FinishReason } from '../../vocabulary.ts';

const REASONS = new Map<string, FinishReason>([
  ['stop', 'stop'],
  ['length', 'length'],
  ['tool_calls', 'tool_calls'],
  ['function_call', 'tool_calls'],
  ['content_filter', 'content_filter'],
]);

export function mapFinishReason(raw: string): FinishReason {
  return REASONS.get(raw) ?? 'other';
}

import type { ResponseOutputMessage, ResponseReasoningItem } from 'openai/resources/responses/responses';

export type KeptItem =
  | Required<Pick<ResponseReasoningItem, 'type' | 'summary' | 'encrypted_content'>>
  | { type: 'message'; text: string; phase?: ResponseOutputMessage['phase'] }
  /** One of the turn's calls, in their order. */
  | { type: 'function_call' };

/** What a turn of calls consisted of, to go back in the same order. */
export interface ResponsesTurn {
  output: readonly KeptItem[];
}

/** @returns null when our own format loses nothing of it */
export function toTurn(items: readonly KeptItem[]): ResponsesTurn | null {
  const last = items.findLastIndex(({ type }) => type !== 'reasoning');
  const output = items.slice(0, last + 1);
  const isLost = (item: KeptItem) => item.type === 'reasoning' || (item.type === 'message' && item.phase);
  return output.some(({ type }) => type === 'function_call') && output.some(isLost) ? { output } : null;
}

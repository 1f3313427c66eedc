import type { ProviderId } from '../../vocabulary.ts';
import type { VendorTurn } from '../provider.ts';

/** Who gives an answer, and gets back what it wants of it. */
export interface Origin {
  provider: ProviderId;
  model: string;
  /** OpenAI's second API; absent: the only one of the provider, or its first. */
  api?: 'responses';
}

/**
 * Whether a turn's own form goes back. A model refuses the signatures of another, of the same vendor, too; and each API
 * has a form of its own, where the same model was asked through two.
 */
export function isOwn(turn: VendorTurn, { provider, model, api }: Origin): boolean {
  const isSameModel = turn.provider === provider && (turn.model === undefined || turn.model === model);
  return isSameModel && turn.api === api;
}

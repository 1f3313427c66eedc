import type { ProviderId } from '../../vocabulary.ts';
import type { VendorTurn } from '../provider.ts';

/** The model that creates a turn, and gets it back. */
export interface Origin {
  provider: ProviderId;
  model: string;
  /** Set only for OpenAI's Responses API; absent: the provider's default API. */
  api?: 'responses';
}

/**
 * Whether a turn can be sent back in the vendor's own format. A model rejects signatures of other models, even of the same
 * vendor, and each API has its own format.
 */
export function isOwn(turn: VendorTurn, { provider, model, api }: Origin): boolean {
  const isSameModel = turn.provider === provider && (turn.model === undefined || turn.model === model);
  return isSameModel && turn.api === api;
}

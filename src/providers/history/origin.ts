import type { ProviderId } from '../../vocabulary.ts';
import type { VendorTurn } from '../provider.ts';

/** Who gives an answer, and gets back what it wants of it. */
export interface Origin {
  provider: ProviderId;
  model: string;
}

/** Whether a turn's own form goes back. A model refuses the signatures of another, of the same vendor, too. */
export function isOwn(turn: VendorTurn, { provider, model }: Origin): boolean {
  return turn.provider === provider && (turn.model === undefined || turn.model === model);
}

import type { ProviderId } from '../vocabulary.ts';

export interface Candidate {
  provider: ProviderId;
  modelId: string;
}

export interface ModelChoice {
  selected: Candidate;
  alternatives: Candidate[];
  reason: string;
}

/**
 * The model for a task that names none. A real model is preferred to the demo; among the real ones the catalog's
 * order decides, general-purpose models first.
 * @returns null when there is nothing to choose from.
 */
export function chooseModel(candidates: readonly Candidate[]): ModelChoice | null {
  const real = candidates.filter(({ provider }) => provider !== 'demo');
  const [selected, ...alternatives] = real.length > 0 ? real : candidates;
  if (!selected) return null;
  const reason =
    real.length > 0
      ? 'the first general-purpose model of the configured providers'
      : 'no provider is configured, so the demo model answers';
  return { selected, alternatives, reason };
}

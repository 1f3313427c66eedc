/** The minimum that vendors accept. */
const LEAST = 1_024;
/** Reasoning is part of the output limit, which has to leave space for text. */
const MOST_OF_ANSWER = 0.8;

/**
 * Tokens of reasoning in an answer. @param maxTokens of the whole answer @returns null: too few are left for
 * any
 */
export function reasoningBudget(wanted: number, maxTokens: number): number | null {
  const budget = Math.min(wanted, Math.floor(maxTokens * MOST_OF_ANSWER));
  return budget < LEAST ? null : budget;
}

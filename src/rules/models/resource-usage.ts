/** Resources that a model used on the operator's own machine. null: not reported. */
export interface ResourceUsage {
  modelName: string;
  seconds: number | null;
  /** 10^9 bytes. */
  memoryGb: number | null;
  inputTokens: number | null;
  outputTokens: number | null;
}

/**
 * The total of several steps, in order: times and tokens are added, memory is the maximum. null: there is
 * none.
 */
export function totalUsage(usages: readonly ResourceUsage[]): ResourceUsage | null {
  const last = usages.at(-1);
  if (!last) return null;
  const total = (values: (number | null)[]) =>
    values.reduce((sum, value) => (sum === null || value === null ? null : sum + value), 0);
  const known = usages.flatMap(({ memoryGb }) => memoryGb ?? []);
  return {
    modelName: last.modelName,
    seconds: total(usages.map(({ seconds }) => seconds)),
    memoryGb: known.length > 0 ? Math.max(...known) : null,
    inputTokens: total(usages.map(({ inputTokens }) => inputTokens)),
    outputTokens: total(usages.map(({ outputTokens }) => outputTokens)),
  };
}

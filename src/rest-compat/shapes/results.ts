interface Ending {
  result: unknown;
  error: { message: string } | null;
  cancelReason: string | null;
  status: string;
}

/** The result as an object; null: there is none. */
export function resultOf({ result }: Pick<Ending, 'result'>): Record<string, unknown> | null {
  if (typeof result !== 'object' || result === null) return null;
  const { finishReason, ...others } = result as Record<string, unknown>;
  return { ...others, ...(finishReason !== undefined && { finish_reason: finishReason }) };
}

/** Why it failed, or was cancelled; null: neither. */
export function errorOf({ error, cancelReason, status }: Omit<Ending, 'result'>): string | null {
  if (error) return error.message;
  return status === 'CANCELLED' ? (cancelReason ?? 'it was cancelled') : null;
}

import { z } from 'zod';
import { known } from './known.ts';

interface Ended {
  status: string;
  result: unknown;
  error: { message: string } | null;
}

/** Who ends a task by hand writes into its result what he likes. */
const completed = z.object({ output: z.string().catch('') });

/** What came of it. The document has no other place for why a task failed. null: nothing. */
export function resultOf({ status, result, error }: Ended): { output: string } | { error: string } | null {
  if (status === 'COMPLETED') return completed.parse(result);
  return error && { error: error.message };
}

interface Used {
  resourceUsage: { modelName: string; seconds: number | null; memoryGb: number | null } | null;
}

/** What Ollama's models used; null: none was asked. */
export function usageOf({ resourceUsage }: Used) {
  if (!resourceUsage) return null;
  const { modelName, seconds, memoryGb } = resourceUsage;
  return {
    model_name: modelName,
    ...known({ inference_time_seconds: seconds, memory_used_gb: memoryGb }),
  };
}

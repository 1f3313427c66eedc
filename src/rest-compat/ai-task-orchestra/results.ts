import { z } from 'zod';
import { known } from './without-nulls.ts';

interface Ended {
  status: string;
  result: unknown;
  error: { message: string } | null;
}

/** The result of a task that was ended manually may contain anything. */
const completed = z.object({ output: z.string().catch('') });

/** The result. The documentation has no other place for the error of a task. null: none. */
export function resultOf({ status, result, error }: Ended): { output: string } | { error: string } | null {
  if (status === 'COMPLETED') return completed.parse(result);
  return error && { error: error.message };
}

interface Used {
  resourceUsage: { modelName: string; seconds: number | null; memoryGb: number | null } | null;
}

/** Resources used by Ollama's models; null: none was used. */
export function usageOf({ resourceUsage }: Used) {
  if (!resourceUsage) return null;
  const { modelName, seconds, memoryGb } = resourceUsage;
  return {
    model_name: modelName,
    ...known({ inference_time_seconds: seconds, memory_used_gb: memoryGb }),
  };
}

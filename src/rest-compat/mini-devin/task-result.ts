import { z } from 'zod';
import type { Status } from '../shapes/statuses.ts';

interface Ended {
  status: Status;
  result: unknown;
  error: { message: string } | null;
  cancelReason: string | null;
}

interface Result {
  success: boolean;
  summary: string;
  /** The complete text; null if it did not complete. */
  output: string | null;
}

/** The result of a task that was ended manually may contain anything. */
const completed = z.object({
  output: z.string().catch(''),
  success: z.boolean().catch(true),
  summary: z.string().nullable().catch(null),
});

/** The result; null while it is unfinished. */
export function resultOf({ status, result, error, cancelReason }: Ended): Result | null {
  switch (status) {
    case 'COMPLETED': {
      const { output, success, summary } = completed.parse(result);
      return { success, summary: summary ?? output, output };
    }
    case 'FAILED':
      return { success: false, summary: error?.message ?? 'The task failed', output: null };
    case 'CANCELLED':
      return { success: false, summary: cancelReason ?? 'The task was stopped', output: null };
    default:
      return null;
  }
}

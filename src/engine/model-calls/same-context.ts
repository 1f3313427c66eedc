import type { StartedTask } from '../../store/runs/start-task.ts';

/** Has another request of a task find the model loaded as the task's own: Ollama loads it again for another context. */
export function sameContext({ parameters: { numCtx } }: StartedTask): { numCtx?: number } {
  return numCtx === undefined ? {} : { numCtx };
}

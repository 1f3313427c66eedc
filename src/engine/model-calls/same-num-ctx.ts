import type { StartedTask } from '../../store/runs/load-claimed-task.ts';

/** For an auxiliary call of a task, such as a summary: the task's own `numCtx`, because Ollama reloads a model whose context size changes. */
export function sameNumCtx({ parameters: { numCtx } }: Pick<StartedTask, 'parameters'>): {
  numCtx?: number;
} {
  return numCtx === undefined ? {} : { numCtx };
}

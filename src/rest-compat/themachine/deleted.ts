import { z } from 'zod';

export const messageShape = z.object({ message: z.string() });

/** What a client is told of a thing that is no more: `Task task-123 deleted successfully`. */
export function deleted(noun: 'Task' | 'Model' | 'Agent' | 'Workflow', id: string) {
  return { message: `${noun} ${id} deleted successfully` };
}

import { z } from 'zod';

export const messageShape = z.object({ message: z.string() });

/** The response for a deleted object: `Task task-123 deleted successfully`. */
export function deleted(noun: 'Task' | 'Model' | 'Agent' | 'Workflow', id: string) {
  return { message: `${noun} ${id} deleted successfully` };
}

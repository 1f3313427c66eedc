import { z } from 'zod';
import { STATUSES } from './status-words.ts';

/** A UUID, except for objects created through another API with ids of its own. */
export const id = z.string();

export const moment = z.iso.datetime();

export const sessionStatus = z.enum(['active', 'paused', 'completed']);

export const taskStatus = z.enum(STATUSES);

export const plan = z.object({
  steps: z.array(
    z.object({
      id: z.string(),
      description: z.string(),
      status: z.enum(['pending', 'in_progress', 'completed']),
    }),
  ),
});

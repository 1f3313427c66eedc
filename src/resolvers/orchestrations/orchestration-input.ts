import { z } from 'zod';
import {
  costLimit,
  longPrompt,
  metadata,
  model,
  priority,
  startsInTime,
  startTimes,
  tags,
} from '../request/fields.ts';
import { list, text } from '../request/validate.ts';
import { domain } from '../threads/thread.ts';

export const newOrchestration = startsInTime(
  z.object({
    prompt: longPrompt,
    domain: domain.nullish(),
    sessionId: z.string().nullish(),
    threadId: z.string().nullish(),
    preferredModels: list(model, 20, 'must have at most 20 models').nullish(),
    evaluationThreshold: z.number().min(0, 'must be 0 to 10').max(10, 'must be 0 to 10').nullish(),
    maxIterations: z.number().int().min(1, 'must be 1 to 100').max(100, 'must be 1 to 100').nullish(),
    costLimit: costLimit.nullish(),
    priority: priority.nullish(),
    tags: tags.nullish(),
    metadata: metadata.nullish(),
    ...startTimes,
    idempotencyKey: text({ min: 1, max: 200 }).nullish(),
  }),
);

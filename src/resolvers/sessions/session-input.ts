import { z } from 'zod';
import { SESSION_STATUSES } from '../../vocabulary.ts';
import { costLimit, model } from '../request/fields.ts';
import { list, text } from '../request/validate.ts';

const name = text({ min: 1, max: 200 });
const description = text({ max: 10_000 });
/** A label for the user of a client with users of its own. */
export const userLabel = text({ min: 1, max: 200 });
export const sessionSettings = z.object({
  preferredModels: list(model, 20, 'must have at most 20 models').nullish(),
  maxIterations: z.number().int().min(1, 'must be 1 to 100').max(100, 'must be 1 to 100').nullish(),
  evaluationThreshold: z.number().min(0, 'must be 0 to 10').max(10, 'must be 0 to 10').nullish(),
});

export const newSession = z.object({
  name: name.nullish(),
  description: description.nullish(),
  settings: sessionSettings.nullish(),
  workingDirectory: text({ min: 1, max: 4096 }).nullish(),
  relocateDirectory: z.boolean().nullish(),
  userLabel: userLabel.nullish(),
  costLimit: costLimit.nullish(),
});

/** Omitted fields stay unchanged; null removes a value where that is possible. */
export const sessionChange = z.object({
  name: name.nullish(),
  description: description.nullish(),
  status: z.enum(SESSION_STATUSES).nullish(),
  settings: sessionSettings.nullish(),
  costLimit: costLimit.nullish(),
});

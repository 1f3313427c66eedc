import { z } from 'zod';
import { TOOL_NAMES } from '../../vocabulary.ts';
import { expectedVersion } from '../request/expected-version.ts';
import { costLimit, maxIterations, model, parameters, systemPrompt, taskType } from '../request/fields.ts';
import { list, text } from '../request/validate.ts';

const MAX_CAPABILITIES = 50;
const MAX_TOOLS = 100;

const limits = z
  .object({
    maxIterations: maxIterations.nullish(),
    timeoutSeconds: z.number().int().min(1).max(86_400, 'must be at most 86400').nullish(),
    costLimit: costLimit.nullish(),
  })
  .transform(({ costLimit: maxCost, ...others }) => ({ ...others, maxCost }));

const name = text({ min: 1, max: 200 }).refine((given) => given.trim() !== '', 'must not be blank');

const settings = {
  type: taskType.nullish(),
  description: text({ max: 10_000 }).nullish(),
  capabilities: list(
    text({ min: 1, max: 100 }),
    MAX_CAPABILITIES,
    `must have at most ${MAX_CAPABILITIES} members`,
  ).nullish(),
  model: model.nullish(),
  systemPrompt: systemPrompt.nullish(),
  tools: list(z.enum(TOOL_NAMES), MAX_TOOLS, `must have at most ${MAX_TOOLS} members`)
    .transform((names) => [...new Set(names)])
    .nullish(),
  parameters: parameters.nullish(),
  limits: limits.nullish(),
  isActive: z.boolean().nullish(),
};

export const newAgent = z.object({ name, ...settings });

/** Omitted fields stay unchanged; null removes a value where that is possible. */
export const agentChange = z.object({ name: name.nullish(), expectedVersion, ...settings });

import type { ResultOf } from 'gql.tada';
import { z } from 'zod';
import { TOOL_NAMES } from '../../../vocabulary.ts';
import { graphql } from '../../handling/documents.ts';
import { flag, integer, jsonBody, list, number, oneOf, text, withoutAbsent } from '../../shapes/input.ts';
import { isoSeconds, lowerCase, plainId, upperCase } from '../../shapes/output.ts';
import { modelParameters, parametersOf, parametersShape, showParameters } from '../prompt-parameters.ts';

export const AGENT = graphql(`fragment Agent on Agent {
  id name type description capabilities model systemPrompt tools
  parameters { temperature topP maxTokens stop seed } limits { maxIterations timeoutSeconds costLimit }
  isActive createdAt updatedAt
}`);

/** Limits for each of its tasks; null: no limit of the agent. */
const limitsShape = z.object({
  max_iterations: z.int().nullable(),
  timeout: z.int().nullable(),
  max_cost: z.number().nullable(),
});

export const agentShape = z.object({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  description: z.string(),
  capabilities: z.array(z.string()),
  model_id: z.string().nullable(),
  system_prompt: z.string().nullable(),
  tools: z.array(z.enum(TOOL_NAMES)),
  parameters: parametersShape,
  limits: limitsShape,
  is_active: z.boolean(),
  created_at: z.string(),
  updated_at: z.string(),
});

export function showAgent(agent: ResultOf<typeof AGENT>): z.input<typeof agentShape> {
  const { maxIterations, timeoutSeconds, costLimit } = agent.limits;
  return {
    id: plainId(agent.id),
    name: agent.name,
    type: agent.type,
    description: agent.description,
    capabilities: agent.capabilities,
    model_id: agent.model,
    system_prompt: agent.systemPrompt,
    tools: agent.tools.map(lowerCase),
    parameters: showParameters(agent.parameters),
    limits: { max_iterations: maxIterations, timeout: timeoutSeconds, max_cost: costLimit },
    is_active: agent.isActive,
    created_at: isoSeconds(agent.createdAt),
    updated_at: isoSeconds(agent.updatedAt),
  };
}

const settings = {
  type: text().nullish(),
  description: text().nullish(),
  capabilities: list(text()).nullish(),
  model_id: text().nullish(),
  system_prompt: text().nullish(),
  tools: list(oneOf(TOOL_NAMES)).nullish(),
  parameters: modelParameters.nullish(),
  limits: jsonBody({
    max_iterations: integer().nullish(),
    timeout: integer().nullish(),
    max_cost: number().nullish(),
  }).nullish(),
  is_active: flag().nullish(),
};

export const newAgent = jsonBody({ name: text(), ...settings });
export const agentChange = jsonBody({ name: text().nullish(), ...settings });

/** Field names of clients by field names of the schema. */
export const AGENT_NAMES = { model: 'model_id', timeout_seconds: 'timeout', cost_limit: 'max_cost' };

/** The fields to write; absent ones stay unchanged, or get the default of the schema. */
export function agentSettings({ limits, parameters, ...given }: z.output<typeof agentChange>) {
  return withoutAbsent({
    type: given.type,
    description: given.description,
    capabilities: given.capabilities,
    model: given.model_id ?? parameters?.model ?? given.model_id,
    systemPrompt: given.system_prompt,
    tools: given.tools?.map(upperCase),
    parameters: parametersOf(parameters),
    limits:
      limits &&
      withoutAbsent({
        maxIterations: limits.max_iterations,
        timeoutSeconds: limits.timeout,
        costLimit: limits.max_cost,
      }),
    isActive: given.is_active,
  });
}

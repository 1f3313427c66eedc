import type { ResultOf } from 'gql.tada';
import { z } from 'zod';
import { AGENT_CONDITIONS, AGENT_STATUSES } from '../../vocabulary.ts';
import { graphql } from '../handling/documents.ts';
import { lowerCase, plainId } from '../shapes/output.ts';

export const AGENT_HEALTH = graphql(`fragment AgentHealth on Agent {
  id status
  health { condition runningTasks waitingTasks finishedTasks successRate averageDurationMs lastError { message } }
}`);

export const AGENT = graphql(
  `fragment Agent on Agent { ...AgentHealth name type description capabilities model }`,
  [AGENT_HEALTH],
);

export const agentHealthShape = z.object({
  status: z.enum(AGENT_STATUSES),
  health: z.enum(AGENT_CONDITIONS),
  /** Running, and waiting for input. */
  active_tasks: z.int(),
  /** Among the last 50 that completed or failed. */
  finished_tasks: z.int(),
  /** 0 to 1; null: none ended. */
  success_rate: z.number().nullable(),
  /** Seconds; null: none ended. */
  average_task_time: z.number().nullable(),
  last_error: z.string().nullable(),
});

export const agentShape = z.object({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  description: z.string(),
  capabilities: z.array(z.string()),
  /** null: chosen for each task. */
  model: z.string().nullable(),
  ...agentHealthShape.shape,
});

export function showHealth({
  status,
  health,
}: ResultOf<typeof AGENT_HEALTH>): z.input<typeof agentHealthShape> {
  return {
    status: lowerCase(status),
    health: lowerCase(health.condition),
    active_tasks: health.runningTasks + health.waitingTasks,
    finished_tasks: health.finishedTasks,
    success_rate: health.successRate,
    average_task_time: health.averageDurationMs === null ? null : health.averageDurationMs / 1000,
    last_error: health.lastError?.message ?? null,
  };
}

export function showAgent(agent: ResultOf<typeof AGENT>): z.input<typeof agentShape> {
  return {
    id: plainId(agent.id),
    name: agent.name,
    type: agent.type,
    description: agent.description,
    capabilities: agent.capabilities,
    model: agent.model,
    ...showHealth(agent),
  };
}

import type { ModelAbility, ToolName } from '../../vocabulary.ts';
import type { PromptParameters } from '../tasks/task.ts';

/** Limits for a task of an agent; absent ones do not apply, except that iterations have a default. */
export interface AgentLimits {
  maxIterations?: number;
  /** From its first start, without time spent waiting for input. */
  timeoutSeconds?: number;
  /** US dollars. */
  maxCost?: number;
}

/** Maximum turns of its model if neither the agent nor its task sets a limit. */
export const DEFAULT_MAX_ITERATIONS = 50;

/** The lower of two limits, field by field. */
export function stricter(one: AgentLimits, other: AgentLimits): AgentLimits {
  const names = ['maxIterations', 'timeoutSeconds', 'maxCost'] as const;
  const given = names.flatMap((name) => {
    const values = [one[name], other[name]].filter((value) => value !== undefined);
    return values.length > 0 ? [[name, Math.min(...values)] as const] : [];
  });
  return Object.fromEntries(given);
}

/** The type of the agent that accepts any work. */
export const GENERAL_TYPE = 'general';

interface Candidate {
  type: string;
}

/** How well an agent suits a task: `related` matches a word in the type of the task, `general` any work. */
export type AgentFit = 'exact' | 'related' | 'general';

/** null: it is for other work. */
export function fitOf(agentType: string, taskType: string | null): AgentFit | null {
  const type = taskType?.toLowerCase() ?? GENERAL_TYPE;
  const candidate = agentType.toLowerCase();
  if (candidate === type) return 'exact';
  if (type.split(/[^\p{L}\p{N}]+/u).includes(candidate)) return 'related';
  return candidate === GENERAL_TYPE ? 'general' : null;
}

/** Why an agent suits a task. */
export function fitReason(fit: AgentFit, agentType: string, taskType: string | null): string {
  const type = taskType?.toLowerCase() ?? GENERAL_TYPE;
  const reasons = {
    exact: `it handles tasks of the type ${type}`,
    related: `${type} is a kind of ${agentType}`,
    general: `no agent handles tasks of the type ${type}`,
  } satisfies Record<AgentFit, string>;
  return reasons[fit];
}

/**
 * The agent for a task that names none: the first one for its type, otherwise for a word in the type
 * (`security` for `security_scan`), otherwise the general one.
 * @param candidates in order of preference. @returns null when there is none
 */
export function chooseAgent<Agent extends Candidate>(
  candidates: readonly Agent[],
  taskType: string | null,
): { agent: Agent; reason: string } | null {
  for (const fit of ['exact', 'related', 'general'] as const) {
    const agent = candidates.find(({ type }) => fitOf(type, taskType) === fit);
    if (agent) return { agent, reason: fitReason(fit, agent.type, taskType) };
  }
  return null;
}

/** The ability that an agent with these tools requires of its model. */
export function abilityFor(tools: readonly ToolName[]): ModelAbility {
  return tools.length > 0 ? 'tools' : 'text';
}

/** The settings that an agent contributes to a task. */
export interface AgentPart {
  id: string;
  provider: string | null;
  model: string | null;
  systemPrompt: string | null;
  tools: readonly ToolName[];
  parameters: PromptParameters;
  limits: AgentLimits;
}

/** The settings that a task requests itself. */
export interface AskedOfAgent {
  system: string | null;
  model: string | null;
  parameters: PromptParameters;
  limits: AgentLimits;
}

/**
 * Merges the settings of a task with those of its agent: the task's override the agent's, and of limits the
 * stricter one applies.
 */
export function assignment(agent: AgentPart, asked: AskedOfAgent) {
  const limits = stricter(agent.limits, asked.limits);
  return {
    system: [agent.systemPrompt, asked.system].filter(Boolean).join('\n\n') || null,
    parameters: { ...agent.parameters, ...asked.parameters },
    model: asked.model ?? (agent.model && `${agent.provider}/${agent.model}`),
    maxCost: limits.maxCost?.toFixed(12) ?? null,
    agent: { id: agent.id, tools: agent.tools, limits },
  };
}

import type { ModelAbility, ToolName } from '../../vocabulary.ts';
import type { PromptParameters } from '../tasks/task.ts';

/** What a task of an agent may take; what is absent is not limited, except for iterations. */
export interface AgentLimits {
  maxIterations?: number;
  /** From its first start, without the time in which it waits for a person. */
  timeoutSeconds?: number;
  /** US dollars. */
  maxCost?: number;
}

/** Turns of its model, where neither the agent nor its task says how many. */
export const DEFAULT_MAX_ITERATIONS = 50;

/** The stricter of two limits, member by member. */
export function stricter(one: AgentLimits, other: AgentLimits): AgentLimits {
  const names = ['maxIterations', 'timeoutSeconds', 'maxCost'] as const;
  const given = names.flatMap((name) => {
    const values = [one[name], other[name]].filter((value) => value !== undefined);
    return values.length > 0 ? [[name, Math.min(...values)] as const] : [];
  });
  return Object.fromEntries(given);
}

/** The type of the agent that takes any work. */
export const GENERAL_TYPE = 'general';

interface Candidate {
  type: string;
}

/** How well an agent suits a task: `related` is for a word in the task's type, `general` for any work. */
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
    exact: `it is for tasks of the type ${type}`,
    related: `${type} is a kind of ${agentType}`,
    general: `no agent is for tasks of the type ${type}`,
  } satisfies Record<AgentFit, string>;
  return reasons[fit];
}

/**
 * The agent for a task that names none: the first of the task's type, else of a word in it (`security_scan` is for
 * `security`), else the general one.
 * @param candidates the preferred before the others. @returns null when there is none.
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

/** What an agent with these tools requires of its model. */
export function abilityFor(tools: readonly ToolName[]): ModelAbility {
  return tools.length > 0 ? 'tools' : 'text';
}

/** What an agent brings to a task. */
export interface AgentPart {
  id: string;
  provider: string | null;
  model: string | null;
  systemPrompt: string | null;
  tools: readonly ToolName[];
  parameters: PromptParameters;
  limits: AgentLimits;
}

/** What a task asks for beside it. */
export interface AskedOfAgent {
  system: string | null;
  model: string | null;
  parameters: PromptParameters;
  limits: AgentLimits;
}

/** A task's settings with its agent's: the task's come after, or count more; of limits, the stricter ones. */
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

import type { AgentLimits } from '../rules/agent.ts';
import type { ModelReference } from '../rules/model-id.ts';
import type { Plan } from '../rules/plan.ts';
import type { PromptParameters } from '../rules/task.ts';
import type { TemplatePlan } from '../rules/template.ts';
import type { ProviderId, TaskKind, ToolName } from '../vocabulary.ts';
import { fenced, type Lease } from './lease.ts';
import type { Store } from './store.ts';

interface Started {
  id: string;
  ownerId: string;
  attempt: number;
}

/** What a worker needs to carry a task out, as it was when the worker began. */
export interface StartedTask extends Started {
  kind: Exclude<TaskKind, 'template'>;
  prompt: string;
  system: string | null;
  parameters: PromptParameters;
  provider: ProviderId;
  model: string;
  fallbackModels: ModelReference[];
  responseSchema: Record<string, unknown> | null;
  threadId: string | null;
  tools: ToolName[];
  /** Absolute path, its own or its session's; null: it has none yet. */
  workingDirectory: string | null;
  ownerIsAdmin: boolean;
  plan: Plan;
  progress: number;
  limits: AgentLimits | null;
  /** Turns of its model that do not count, because it was retried since. */
  iterationsBefore: number;
  /** Until its time is up; null: it has no limit. */
  msLeft: number | null;
}

/** The same of a template. */
export interface StartedTemplate extends Started {
  kind: 'template';
  plan: TemplatePlan;
  values: Record<string, unknown>;
  /** Sealed. */
  secrets: string | null;
}

/** A task that its worker begins, or goes on with. @throws LeaseLost when the run is no longer this worker's. */
export async function startTask({ database }: Store, lease: Lease): Promise<StartedTask | StartedTemplate> {
  const { rows } = await database.pool.query<StartedTask | StartedTemplate>({
    name: 'start-task',
    text: `
      update task set started_at = coalesce(started_at, clock_timestamp()),
        deadline_at = coalesce(deadline_at,
          clock_timestamp() + make_interval(secs => (limits ->> 'timeoutSeconds')::float8))
      from run
      where task.id = $1 and run.id = $1 and run.epoch = $2 and run.status = 'running'
      returning task.id, run.owner_id as "ownerId", run.attempt, task.kind, prompt, system, parameters, provider,
        model, fallback_models as "fallbackModels", response_schema as "responseSchema", thread_id as "threadId",
        tools, coalesce(working_directory,
          (select session.working_directory from session where session.id = run.session_id)) as "workingDirectory",
        (select is_admin from app_user where app_user.id = run.owner_id) as "ownerIsAdmin", coalesce(template_plan, plan) as plan,
        template_parameters as values, secrets, progress, limits, iterations_before as "iterationsBefore",
        (extract(epoch from deadline_at - clock_timestamp()) * 1000)::float8 as "msLeft"`,
    values: [lease.runId, lease.epoch],
  });
  const [task] = rows;
  if (!task) throw fenced(lease);
  return task;
}

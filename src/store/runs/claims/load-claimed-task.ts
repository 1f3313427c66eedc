import type { AgentLimits } from '../../../rules/agents/agent.ts';
import type { Plan } from '../../../rules/agents/plan.ts';
import type { ModelReference } from '../../../rules/models/model-id.ts';
import type { PromptParameters } from '../../../rules/tasks/task.ts';
import type { TemplatePlan } from '../../../rules/templates/template.ts';
import type { ProviderId, TaskKind, ToolName } from '../../../vocabulary.ts';
import type { Part } from '../../database/statement.ts';
import type { Moved } from '../../log/append-sql.ts';
import type { BegunCall } from '../../money/begin-model-call.ts';
import { pricesSql } from '../../money/prices.ts';

interface Started {
  id: string;
  ownerId: string;
  attempt: number;
}

/** What a worker needs to execute a task, as it was when the worker began. */
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
  /** The call that began with the claim; null: none did. */
  firstCall: BegunCall | null;
  tools: ToolName[];
  /** Absolute path, its own or its session's; null: it has none yet. */
  workingDirectory: string | null;
  ownerIsAdmin: boolean;
  plan: Plan;
  progress: number;
  limits: AgentLimits | null;
  /** Turns of its model that do not count, because it was retried since. */
  iterationsBefore: number;
  /** Milliseconds until its time limit; null: it has none. */
  msLeft: number | null;
}

/** The same for a template. */
export interface StartedTemplate extends Started {
  kind: 'template';
  plan: TemplatePlan;
  values: Record<string, unknown>;
  /** Encrypted. */
  secrets: string | null;
}

/** The part `started`: starts or resumes the task of the claimed run, if it is a task; `called` is its first call. */
export function startedSql(_moved: Moved, _called: Part<'called', 'id'>): string {
  return `started as (
  update task set started_at = coalesce(started_at, clock_timestamp()),
    deadline_at = coalesce(deadline_at,
      clock_timestamp() + make_interval(secs => (limits ->> 'timeoutSeconds')::float8))
  from moved where task.id = moved.id
  returning json_build_object('id', task.id, 'ownerId', moved.owner_id, 'attempt', moved.attempt,
    'kind', task.kind, 'prompt', prompt, 'system', system, 'parameters', parameters, 'provider', provider,
    'model', model, 'fallbackModels', fallback_models, 'responseSchema', response_schema, 'threadId', thread_id,
    'firstCall', (select json_build_object('id', id, 'maxTokens', null, 'prices', ${pricesSql('called')}) from called),
    'tools', tools, 'workingDirectory', coalesce(working_directory,
      (select session.working_directory from session where session.id = moved.session_id)),
    'ownerIsAdmin', (select is_admin from app_user where app_user.id = moved.owner_id),
    'plan', coalesce(template_plan, plan), 'values', template_parameters, 'secrets', secrets,
    'progress', progress, 'limits', limits, 'iterationsBefore', iterations_before,
    'msLeft', extract(epoch from deadline_at - clock_timestamp()) * 1000) as task
  )`;
}

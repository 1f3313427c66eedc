import type { AgentLimits } from '../rules/agent.ts';
import type { ModelReference } from '../rules/model-id.ts';
import type { Plan } from '../rules/plan.ts';
import type { PromptParameters } from '../rules/task.ts';
import type { TemplatePlan } from '../rules/template.ts';
import type { ProviderId, TaskKind, ToolName } from '../vocabulary.ts';
import { appendSql, RAISED, raiseSql } from './event-log.ts';
import type { LoggedEvent } from './events.ts';
import type { Store } from './store.ts';

interface Claimed {
  id: string;
  ownerId: string;
  epoch: number;
  attempt: number;
  /** How many workers were lost while they had it. */
  losses: number;
}

/** What a worker needs to carry a task out, as it was when the worker took it. */
export interface ClaimedTask extends Claimed {
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
export interface ClaimedTemplate extends Claimed {
  kind: 'template';
  plan: TemplatePlan;
  values: Record<string, unknown>;
  /** Sealed. */
  secrets: string | null;
}

export type ClaimedRun = ClaimedTask | ClaimedTemplate;

/** SQL: whether the run has checkpoints, and all text that it made is in them. CTE `lost` holds the call whose is not. */
const CONTINUES = '(exists (select from step where run_id = $1) and not exists (select from lost))';

/**
 * Takes a queued run for a worker: status, epoch, attempt and the event in one statement.
 * @param isRepeated an earlier claim of this worker may have happened: what it holds is taken, too.
 * @returns null when it is not there to be taken (any more): done, cancelled, or another worker's; or the others
 * have given this worker up, and would never look for what it takes.
 */
export async function claimRun(
  store: Store,
  runId: string,
  workerId: string,
  isRepeated: boolean,
): Promise<ClaimedRun | null> {
  const { rows } = await store.database.pool.query<LoggedEvent & { task: ClaimedRun; epoch: number }>({
    name: 'claim-run',
    text: `
      with present as (
        select id from worker where id = $2 for key share
      ), lost as materialized (
        select id from (
          select id from model_call where run_id = $1 order by started_at desc, id desc limit 1
        ) as last
        where not exists (select from step where run_id = $1 and status = 'completed' and output ->> 'callId' = last.id)
      ), moved as (
        update run set status = 'running', worker_id = present.id, epoch = epoch + 1,
          attempt = attempt + case when ${CONTINUES} then 0 else 1 end,
          ${raiseSql('1')}, written = 0, updated_at = clock_timestamp()
        from present
        where run.id = $1 and ((status = 'queued' and blockers = 0) or ($3 and status = 'running' and worker_id = $2))
        returning ${RAISED}, run.epoch, run.losses
      ), started as (
        update task set started_at = coalesce(started_at, clock_timestamp()),
          deadline_at = coalesce(deadline_at,
            clock_timestamp() + make_interval(secs => (limits ->> 'timeoutSeconds')::float8))
        from moved where task.id = moved.id
        returning task.id, task.kind, task.prompt, task.system, task.parameters, task.provider, task.model,
          task.fallback_models, task.response_schema, task.thread_id, task.tools, task.limits,
          task.working_directory, task.plan, task.progress,
          task.iterations_before, task.template_plan, task.template_parameters, task.secrets,
          extract(epoch from deadline_at - clock_timestamp()) * 1000 as ms_left
      ), fact as (
        select jsonb_build_array(case
          when ${CONTINUES} then jsonb_build_object('type', 'RunResumed', 'data', '{}'::jsonb)
          when moved.attempt = 1 then jsonb_build_object('type', 'RunStarted', 'data', '{}'::jsonb)
          else jsonb_build_object('type', 'AttemptStarted', 'data',
            jsonb_build_object('reason', 'resumed', 'voidCallId', (select id from lost))) end) as events
        from moved
      ), logged as (${appendSql('(select events from fact)')})
      select logged.*, json_build_object('id', started.id, 'kind', kind, 'prompt', prompt, 'system', system,
        'parameters', parameters, 'provider', provider, 'model', model, 'fallbackModels', fallback_models,
        'responseSchema', response_schema, 'threadId', thread_id, 'tools', tools, 'limits', limits, 'plan', coalesce(template_plan, plan),
        'values', template_parameters, 'secrets', secrets, 'workingDirectory',
        coalesce(working_directory, (select session.working_directory from session where session.id = moved.session_id)),
        'ownerId', moved.owner_id, 'ownerIsAdmin', (select is_admin from app_user where app_user.id = moved.owner_id), 'losses', losses, 'progress', progress,
        'iterationsBefore', iterations_before, 'msLeft', ms_left) as task, moved.epoch from logged, started, moved`,
    values: [runId, workerId, isRepeated],
  });
  const [row] = rows;
  if (!row) return null;
  const { task, epoch, ...event } = row;
  store.bus.publish(runId, [event as LoggedEvent]);
  return { ...task, epoch, attempt: event.attempt };
}

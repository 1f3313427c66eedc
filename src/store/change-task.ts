import type { PromptParameters } from '../rules/task.ts';
import { deleteRunsWithin } from './delete-runs.ts';
import { addRunJobSql } from './job-queue.ts';
import { publishAll } from './publish-all.ts';
import type { Store } from './store.ts';
import { transaction } from './transaction.ts';

interface Target {
  runId: string;
  ownerId: string;
}

/** What a task asks for; an absent member stays as it is. */
export interface TaskChange {
  prompt?: string;
  system?: string | null;
  parameters?: PromptParameters;
  provider?: string;
  model?: string;
}

/** @returns false when the task is not the owner's, or a worker has taken it already. */
export async function changeTask(store: Store, target: Target, change: TaskChange): Promise<boolean> {
  const { rowCount } = await store.database.pool.query({
    name: 'change-task',
    text: `
      with held as (
        update run set updated_at = clock_timestamp()
        where id = $1 and owner_id = $2 and kind = 'task' and status in ('pending', 'queued')
          and not exists (select from step where run_id = $1)
        returning id
      )
      update task set prompt = coalesce($3, prompt), system = case when $4 then $5 else system end,
        parameters = coalesce($6::jsonb, parameters), provider = coalesce($7, provider), model = coalesce($8, model),
        fallback_models = case when $8 is not null and fallback_is_ours then '[]'::jsonb else fallback_models end
      from held where task.id = held.id`,
    values: [
      target.runId,
      target.ownerId,
      change.prompt ?? null,
      change.system !== undefined,
      change.system ?? null,
      change.parameters ? JSON.stringify(change.parameters) : null,
      change.provider ?? null,
      change.model ?? null,
    ],
  });
  return rowCount === 1;
}

/** @returns false when the task is not the owner's, or a worker has taken it already. */
export async function changePriority(store: Store, target: Target, priority: number): Promise<boolean> {
  const { rowCount } = await store.database.pool.query({
    name: 'change-priority',
    text: `
      with moved as (
        update run set priority = $3, updated_at = clock_timestamp()
        where id = $1 and owner_id = $2 and kind = 'task' and status in ('pending', 'queued')
        returning id, priority, status, blockers
      ), queued as (
        select ${addRunJobSql('moved.id', 'moved.priority')} from moved where status = 'queued' and blockers = 0
      )
      select id from moved, (select count(*) from queued) as enqueue`,
    values: [target.runId, target.ownerId, priority],
  });
  return rowCount === 1;
}

/**
 * Ends what is not finished, then takes the task and its log away. What its model calls cost stays in the budgets of its session and owner.
 * @returns false when there is no such task of the owner, or when it is a part of something else.
 */
export async function deleteTask(store: Store, { runId, ownerId }: Target): Promise<boolean> {
  const { found, events } = await transaction(store.database, async (client) => {
    const { rowCount } = await client.query(
      `select from run where id = $1 and owner_id = $2 and kind = 'task' and parent_id is null for update`,
      [runId, ownerId],
    );
    const events = rowCount === 1 ? await deleteRunsWithin(client, ownerId, [runId]) : [];
    return { found: rowCount === 1, events };
  });
  publishAll(store.bus, events);
  return found;
}

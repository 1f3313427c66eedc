import type { History } from '../../rules/prediction/outcomes.ts';
import type { Database } from '../database/database.ts';

/**
 * The last tasks and orchestrations of a user that count, by when they were made. Their rows are sought one by one (hence the
 * `offset 0`): Postgres would rather read all tasks of everybody than a thousand by their ids.
 */
const LAST_TASKS = 1_000;
const LAST_ORCHESTRATIONS = 200;

/** SQL: as `workOf` tells it. */
const DOER = `case when task.kind = 'prompt' then 'prompt' when task.kind = 'template' then 'template:' || task.template_name
  else 'agent:' || coalesce(task.agent_id, '') end`;

/**
 * What a user's own runs came to, in one statement. Tasks that were cancelled, or failed before they began, say
 * nothing about the work and do not count; nor do a model's scores for itself, nor answers that improve another.
 */
export async function readHistory(database: Database, userId: string): Promise<History> {
  const { rows } = await database.pool.query<History>({
    name: 'read-history',
    text: `
      with ended as (
        select lower(task.type) as type, ${DOER} as doer,
          case when task.kind <> 'template' then task.provider || '/' || task.model end as model, task.succeeded,
          ln(greatest(extract(epoch from task.completed_at - task.started_at), 0.001)::float8) as log_seconds
        from (
          select id from run
          where owner_id = $1 and kind = 'task' and status in ('completed', 'failed')
          order by created_at desc limit ${LAST_TASKS}
        ) as last cross join lateral (select * from task where task.id = last.id offset 0) as task
        where task.kind <> 'pull' and task.started_at is not null and task.succeeded is not null
      ), grouped as (
        select type, doer, model, count(*)::int as tasks, count(*) filter (where succeeded)::int as succeeded,
          coalesce(sum(log_seconds) filter (where succeeded), 0) as "logSeconds",
          coalesce(sum(log_seconds ^ 2) filter (where succeeded), 0) as "squaredLogSeconds"
        from ended group by type, doer, model
      ), scored as (
        select lower(orchestration.domain) as type, round.provider || '/' || round.model as model,
          count(*)::int as answers, sum(round.score) / 10 as sum
        from (
          select id from run where owner_id = $1 and kind = 'orchestration' and parent_id is null
          order by created_at desc, id desc limit ${LAST_ORCHESTRATIONS}
        ) as last join orchestration on orchestration.id = last.id
          join orchestration_round as round on round.orchestration_id = last.id
        where round.score is not null and round.improves is null and not round.is_self_evaluated
        group by 1, 2
      )
      select coalesce((select json_agg(grouped) from grouped), '[]') as outcomes,
        coalesce((select json_agg(scored) from scored), '[]') as scores`,
    values: [userId],
  });
  return rows[0]!;
}

import type { History } from '../../rules/prediction/outcomes.ts';
import type { Database } from '../database/database.ts';
import { FINISHED } from '../entities/run-statuses.ts';

/**
 * Number of the last tasks and orchestrations of a user that count, by creation time. Their rows are read one
 * by one (hence `offset 0`): Postgres would otherwise read the tasks of all users rather than a thousand by
 * their ids.
 */
const LAST_TASKS = 1_000;
const LAST_ORCHESTRATIONS = 200;

/** SQL with the values of `workOf`. */
const PERFORMER = `case when task.kind = 'prompt' then 'prompt' when task.kind = 'template' then 'template:' || task.template_name
  else 'agent:' || coalesce(task.agent_id, '') end`;

/**
 * The outcomes of a user's own runs, in one statement. Tasks that were cancelled, or failed before they
 * began, do not reflect on the work and are not counted; nor are scores of a model for itself, and answers
 * that improve another.
 */
export async function readHistory(database: Database, userId: string): Promise<History> {
  const { rows } = await database.pool.query<History>({
    name: 'read-history',
    text: `
      with ended as (
        select lower(task.type) as type, ${PERFORMER} as performer,
          case when task.kind <> 'template' then task.provider || '/' || task.model end as model, task.succeeded,
          ln(greatest(extract(epoch from task.completed_at - task.started_at), 0.001)::float8) as log_seconds
        from (
          select id from run
          where owner_id = $1 and kind = 'task' and status ${FINISHED}
          order by created_at desc limit ${LAST_TASKS}
        ) as last cross join lateral (select * from task where task.id = last.id offset 0) as task
        where task.kind <> 'pull' and task.started_at is not null and task.succeeded is not null
      ), grouped as (
        select type, performer, model, count(*)::int as tasks, count(*) filter (where succeeded)::int as succeeded,
          coalesce(sum(log_seconds) filter (where succeeded), 0) as "logSeconds",
          coalesce(sum(log_seconds ^ 2) filter (where succeeded), 0) as "squaredLogSeconds"
        from ended group by type, performer, model
      ), scored as (
        select lower(orchestration.domain) as type, round.provider || '/' || round.model as model,
          count(*)::int as answers, sum(round.score) / 10 as sum
        from (
          select run_id as id from run_search where owner_id = $1 and kind = 'orchestration' and not is_part
          order by created_at desc, run_id desc limit ${LAST_ORCHESTRATIONS}
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

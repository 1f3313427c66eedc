import { LEASED_KINDS } from '../../rules/runs/kinds.ts';
import { appendSql, RAISED, raiseSql } from '../log/event-log.ts';
import { isLimitedSql } from '../money/budgets.ts';
import { insertCallSql } from '../money/model-calls.ts';
import { START_TASK } from './load-claimed-task.ts';

/** SQL of the wanted run, its owner, and the owner's `max_concurrent_runs`. */
const WANTED = {
  run: `
    select run.id, run.owner_id, app_user.max_concurrent_runs as most
    from run join app_user on app_user.id = run.owner_id where run.id = $1`,
  /**
   * Of the first account that has one: the ready run with the highest priority, then the one that has waited
   * longest.
   */
  best: `
    select best.id, candidate.owner_id,
      (select max_concurrent_runs from app_user where app_user.id = candidate.owner_id) as most
    from (
      select owner_id from given, unnest(given.owner_ids) with ordinality as item (owner_id, position) order by position
    ) as candidate cross join lateral (
      select id from run where run.owner_id = candidate.owner_id and status = 'queued' and blockers = 0 and worker_id is null
        and id <> all($9::text[])
      order by priority desc, ready_at, id limit 1 for no key update skip locked
    ) as best limit 1`,
};

/**
 * Hides the number of accounts from the planner, which would otherwise plan the statement again for every
 * claim.
 */
const GIVEN = 'given as materialized (select $1::text[] as owner_ids), ';

/** Waits for transactions that lock the best run, because they may leave it ready. */
const WANTED_PATIENTLY = WANTED.best.replace(' skip locked', '');

/**
 * SQL: whether the run has checkpoints that contain all its text. CTE `lost` has the call whose text they
 * lack.
 */
const CONTINUES =
  '(exists (select from step where run_id = (select id from wanted)) and not exists (select from lost))';

/**
 * SQL: the first model call of a prompt without cost limit, thread or earlier losses. It begins in the same
 * statement as the claim, which saves a commit before the first token. Both rows are locked, so that a
 * statement that waited for one of them sees the current task.
 */
const OPENING = `
  select task.provider, task.model from run join task on task.id = run.id
  where run.id = (select id from wanted) and task.kind = 'prompt' and task.thread_id is null
    and task.provider = any($5::text[]) and run.losses = 0 and $4::text is not null and not ${isLimitedSql('run')}
  for no key update of run, task`;

/** SQL that claims the run in CTE `wanted`: status, epoch, attempt and events in one statement. */
/** SQL: the kinds of runs that a worker holds with a lease. */
const LEASED = LEASED_KINDS.map((kind) => `'${kind}'`).join(', ');

function claimSql(wanted: string, given = ''): string {
  return `
    with ${given}present as (
      select id from worker where id = $2 for key share
    ), wanted as materialized (${wanted}
    ), lost as materialized (
      select id from (
        select id from model_call where run_id = (select id from wanted) order by started_at desc, id desc limit 1
      ) as last
      where not exists (select from step
        where run_id = (select id from wanted) and status = 'completed' and output ->> 'callId' = last.id)
    ), opening as (${OPENING}
    ), moved as (
      update run set status = 'running', worker_id = present.id, claim = $7::bigint, epoch = epoch + 1,
        attempt = attempt + case when ${CONTINUES} then 0 else 1 end,
        ${raiseSql('1 + (select count(*)::int from opening)')}, written = 0, updated_at = clock_timestamp()
      from present, wanted
      where run.id = wanted.id and kind in (${LEASED}) and (wanted.most is null or $8::boolean or status = 'running')
        and ((status = 'queued' and blockers = 0) or ($3 and status = 'running' and worker_id = $2))
      returning ${RAISED}, run.kind, run.epoch, run.losses
    ), advanced as (
      update run set worker_id = present.id, claim = $7::bigint from present, wanted
      where run.id = wanted.id and kind not in (${LEASED}) and status = 'queued' and (worker_id is null or ($3 and worker_id = $2))
      returning run.id, run.kind, run.owner_id, run.epoch, run.losses
    ), closed as (
      update model_call set status = 'failed', error_code = 'INTERNAL_ERROR' from moved
      where $3 and model_call.run_id = moved.id and model_call.status = 'started'
    ), called as (${insertCallSql({ id: '$4', provider: 'opening.provider', model: 'opening.model', freeProviders: '$6::text[]' }, 'moved cross join opening')}
    ), started as (${START_TASK}
    ), fact as (
      select jsonb_build_array(case
        when ${CONTINUES} then jsonb_build_object('type', 'RunResumed', 'data', '{}'::jsonb)
        when moved.attempt = 1 then jsonb_build_object('type', 'RunStarted', 'data', '{}'::jsonb)
        else jsonb_build_object('type', 'AttemptStarted', 'data',
          jsonb_build_object('reason', 'resumed', 'voidCallId', (select id from lost))) end)
        || coalesce((select jsonb_build_array(jsonb_build_object('type', 'ModelCallStarted', 'data',
          jsonb_build_object('callId', $4::text, 'provider', provider, 'model', model))) from opening), '[]') as events
      from moved
    ), logged as (${appendSql('(select events from fact)')}), taken as (
      select id, kind, owner_id, epoch, losses from moved union all select * from advanced
    )
    select logged.*, wanted.owner_id as "wantedOwner", wanted.most, case when taken.id is not null then
      json_build_object('id', taken.id, 'kind', taken.kind, 'ownerId', taken.owner_id, 'epoch', taken.epoch,
        'losses', taken.losses, 'task', (select task from started)) end as run
    from wanted left join taken on true left join logged on true order by logged.seq`;
}

/** `run`: a specific one; `best` and `patient`: see `claimNextRun`. */
export const CLAIM_STATEMENTS = {
  run: { name: 'claim-run', text: claimSql(WANTED.run) },
  best: { name: 'claim-best-run', text: claimSql(WANTED.best, GIVEN) },
  patient: { name: 'claim-best-run-patiently', text: claimSql(WANTED_PATIENTLY, GIVEN) },
};

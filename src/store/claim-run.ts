import { newId } from '../rules/ids.ts';
import { FREE_PROVIDERS } from '../rules/price-list.ts';
import type { ProviderId, RunKind } from '../vocabulary.ts';
import { isLimitedSql } from './budgets.ts';
import { appendSql, RAISED, raiseSql } from './event-log.ts';
import type { LoggedEvent } from './events.ts';
import { insertCallSql } from './model-calls.ts';
import { START_TASK, type StartedTask, type StartedTemplate } from './start-task.ts';
import type { Store } from './store.ts';

/** An execution is taken by nobody: what goes on with it is one transaction. */
export type ClaimedKind = Exclude<RunKind, 'execution'>;

/** A run that a worker has taken. */
export interface ClaimedRun {
  id: string;
  kind: ClaimedKind;
  ownerId: string;
  epoch: number;
  attempt: number;
  /** Of the event of its taking: what is told of it with a lower one was before. */
  seq: number;
  /** How many workers were lost while they had it. */
  losses: number;
  /** What is asked of it when it is a task: read in the same statement, on the way to its first word. */
  task: StartedTask | StartedTemplate | null;
}

/** SQL: whether the run has checkpoints, and all text that it made is in them. CTE `lost` holds the call whose is not. */
const CONTINUES = '(exists (select from step where run_id = $1) and not exists (select from lost))';

/** Who takes runs. */
export interface Claimer {
  workerId: string;
  /** What it has at hand. */
  providers: readonly ProviderId[];
}

/**
 * SQL: the first call of a prompt about which nothing but its rows decides: no limit, no conversation to read
 * first, no loss to look into. It begins with the claim; a commit less is on the way to the first word. Both rows are
 * locked, as what waits for one would else know its task as it was before the wait.
 */
const OPENING = `
  select task.provider, task.model from run join task on task.id = run.id
  where run.id = $1 and task.kind = 'prompt' and task.thread_id is null and task.provider = any($5::text[])
    and run.losses = 0 and $4::text is not null and not ${isLimitedSql('run')}
  for no key update of run, task`;

/**
 * Takes a queued run for a worker: status, epoch, attempt and the events in one statement.
 * @param isRepeated an earlier claim of this worker may have happened: what it holds is taken, too, and the call that
 * began with it, for which nobody asks, is closed.
 * @returns null when it is not there to be taken (any more): done, cancelled, or another worker's; or the others
 * have given this worker up, and would never look for what it takes.
 */
export async function claimRun(
  store: Store,
  runId: string,
  { workerId, providers }: Claimer,
  isRepeated: boolean,
): Promise<ClaimedRun | null> {
  const callId = isRepeated ? null : newId();
  const { rows } = await store.database.pool.query<
    LoggedEvent & { run: Omit<ClaimedRun, 'attempt' | 'seq'> }
  >({
    name: 'claim-run',
    text: `
      with present as (
        select id from worker where id = $2 for key share
      ), lost as materialized (
        select id from (
          select id from model_call where run_id = $1 order by started_at desc, id desc limit 1
        ) as last
        where not exists (select from step where run_id = $1 and status = 'completed' and output ->> 'callId' = last.id)
      ), opening as (${OPENING}
      ), moved as (
        update run set status = 'running', worker_id = present.id, epoch = epoch + 1,
          attempt = attempt + case when ${CONTINUES} then 0 else 1 end,
          ${raiseSql('1 + (select count(*)::int from opening)')}, written = 0, updated_at = clock_timestamp()
        from present
        where run.id = $1 and kind <> 'execution' and ((status = 'queued' and blockers = 0) or ($3 and status = 'running' and worker_id = $2))
        returning ${RAISED}, run.kind, run.epoch, run.losses
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
      ), logged as (${appendSql('(select events from fact)')})
      select logged.*, json_build_object('id', moved.id, 'kind', moved.kind, 'ownerId', moved.owner_id,
        'epoch', moved.epoch, 'losses', moved.losses, 'task', (select task from started)) as run
      from logged, moved order by logged.seq`,
    values: [runId, workerId, isRepeated, callId, providers, FREE_PROVIDERS],
  });
  const [first] = rows;
  if (!first) return null;
  store.bus.publish(
    runId,
    rows.map(({ run: _run, ...event }) => event as LoggedEvent),
  );
  return { ...first.run, attempt: first.attempt, seq: first.seq };
}

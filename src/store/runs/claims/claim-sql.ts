import { LEASED_KINDS, LIMITED_KINDS } from '../../../rules/runs/kinds.ts';
import { type Placeholders, statement } from '../../database/statement.ts';
import { IS_READY } from '../../entities/run-statuses.ts';
import { loggedSql, movedSql } from '../../log/append-sql.ts';
import { calledSql } from '../../money/begin-model-call.ts';
import { isLimitedSql } from '../../money/budgets.ts';
import { startedSql } from './load-claimed-task.ts';

/** Parameters of every claim. */
const CLAIM = {
  workerId: 'text',
  /** Chosen at random; see `Run.claim`. */
  number: 'bigint',
  /** An earlier claim of this worker may have succeeded; see `claimRun`. */
  isRepeated: 'boolean',
  /** Whether the caller has ensured that the account's `max_concurrent_runs` permits another one. */
  limitIsKept: 'boolean',
  /** Id of the first model call; null: none begins with the claim. */
  callId: 'text',
  /** The providers that the worker can use. */
  providers: 'text[]',
  freeProviders: 'text[]',
} as const;

type Claim = Placeholders<typeof CLAIM>;

/** Parameters of a claim of any run. */
const BEST = {
  /** Accounts in the order in which they should be served. */
  ownerIds: 'text[]',
  /** Runs to skip. */
  except: 'text[]',
  ...CLAIM,
} as const;

/** SQL of the wanted run, its owner, and the owner's `max_concurrent_runs`. */
const wantedSql = (runId: string) => `
    select run.id, run.owner_id, app_user.max_concurrent_runs as most
    from run join app_user on app_user.id = run.owner_id where run.id = ${runId}`;

/** SQL: the run has started before, or has not expired. `expireRuns` fails expired runs within a second. */
const IN_TIME = '(run.expires_at is null or run.attempt > 0 or run.expires_at > now())';

/**
 * SQL of the best run of the first account that has one: the ready run with the highest priority, then the one that
 * has waited longest.
 * @param lock `skip locked`, or nothing to wait for transactions that lock the best run, because they may leave it
 * ready
 */
const bestSql = (except: string, lock: 'skip locked' | '') => `
    select best.id, candidate.owner_id,
      (select max_concurrent_runs from app_user where app_user.id = candidate.owner_id) as most
    from (
      select owner_id from given, unnest(given.owner_ids) with ordinality as item (owner_id, position) order by position
    ) as candidate cross join lateral (
      select id from run where run.owner_id = candidate.owner_id and ${IS_READY} and ${IN_TIME} and id <> all(${except})
      order by priority desc, ready_at, id limit 1 for no key update ${lock}
    ) as best limit 1`;

/**
 * SQL of a part that hides the number of accounts from the planner, which would otherwise plan the statement again for
 * every claim.
 */
const givenSql = (ownerIds: string) => `given as materialized (select ${ownerIds} as owner_ids), `;

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
const openingSql = ({ providers, callId }: Claim) => `
      select task.provider, task.model from run join task on task.id = run.id
      where run.id = (select id from wanted) and task.kind = 'prompt' and task.thread_id is null
        and task.provider = any(${providers}) and run.losses = 0 and ${callId} is not null and not ${isLimitedSql('run')}
      for no key update of run, task`;

const listOf = (kinds: readonly string[]) => kinds.map((kind) => `'${kind}'`).join(', ');

/** SQL: the kinds of runs that `max_concurrent_runs` limits. */
export const LIMITED = listOf(LIMITED_KINDS);

/** SQL: the kinds of runs that a worker holds with a lease. */
const LEASED = listOf(LEASED_KINDS);

/** A run that a worker holds with a lease: status, epoch, attempt and events. */
const claimedSql = ({ number, limitIsKept, isRepeated, workerId }: Claim) =>
  movedSql(
    {
      set: `status = 'running', worker_id = present.id, claim = ${number}, epoch = epoch + 1,
        attempt = attempt + case when ${CONTINUES} then 0 else 1 end, written = 0, updated_at = clock_timestamp()`,
      from: 'present, wanted',
      where: `run.id = wanted.id and kind in (${LEASED})
        and (wanted.most is null or ${limitIsKept} or status = 'running' or kind not in (${LIMITED}))
        and ((status = 'queued' and blockers = 0 and ${IN_TIME}) or (${isRepeated} and status = 'running' and worker_id = ${workerId}))`,
      events: '(select events from fact)',
      count: '1 + (select count(*)::int from opening)',
    },
    ['kind', 'epoch', 'losses'],
  );

/** SQL of the event of the claim, with that of the first model call. */
const factSql = ({ callId }: Claim) => `
      select jsonb_build_array(case
        when ${CONTINUES} then jsonb_build_object('type', 'RunResumed', 'data', '{}'::jsonb)
        when moved.attempt = 1 then jsonb_build_object('type', 'RunStarted', 'data', '{}'::jsonb)
        else jsonb_build_object('type', 'AttemptStarted', 'data',
          jsonb_build_object('reason', 'resumed', 'voidCallId', (select id from lost))) end)
        || coalesce((select jsonb_build_array(jsonb_build_object('type', 'ModelCallStarted', 'data',
          jsonb_build_object('callId', ${callId}, 'provider', provider, 'model', model))) from opening), '[]') as events
      from moved`;

/** SQL that claims the run in CTE `wanted`, in one statement. */
function claimSql($: Claim, wanted: string, given = ''): string {
  const moved = claimedSql($);
  const called = calledSql(
    moved,
    { ...$, id: $.callId, provider: 'opening.provider', model: 'opening.model' },
    'moved cross join opening',
  );
  return `
    with ${given}present as (
      select id from worker where id = ${$.workerId} for key share
    ), wanted as materialized (${wanted}
    ), lost as materialized (
      select id from (
        select id from model_call where run_id = (select id from wanted) order by started_at desc, id desc limit 1
      ) as last
      where not exists (select from step
        where run_id = (select id from wanted) and status = 'completed' and output ->> 'callId' = last.id)
    ), opening as (${openingSql($)}
    ), ${moved.sql}, advanced as (
      update run set worker_id = present.id, claim = ${$.number} from present, wanted
      where run.id = wanted.id and kind not in (${LEASED}) and status = 'queued' and blockers = 0 and ${IN_TIME}
        and (worker_id is null or (${$.isRepeated} and worker_id = ${$.workerId}))
      returning run.id, run.kind, run.owner_id, run.epoch, run.losses
    ), closed as (
      update model_call set status = 'failed', error_code = 'INTERNAL_ERROR' from moved
      where ${$.isRepeated} and model_call.run_id = moved.id and model_call.status = 'started'
    ), ${called.sql}, ${startedSql(moved, called)}, fact as (${factSql($)}
    ), ${loggedSql(moved).sql}, taken as (
      select id, kind, owner_id, epoch, losses from moved union all select * from advanced
    )
    select logged.*, wanted.owner_id as "wantedOwner", wanted.most, case when taken.id is not null then
      json_build_object('id', taken.id, 'kind', taken.kind, 'ownerId', taken.owner_id, 'epoch', taken.epoch,
        'losses', taken.losses, 'task', (select task from started)) end as run
    from wanted left join taken on true left join logged on true order by logged.seq`;
}

/** Claims a specific run. */
export const claimOne = statement('claim-run', { runId: 'text', ...CLAIM }, ($) =>
  claimSql($, wantedSql($.runId)),
);

/** See `claimNextRun`. */
export const claimBest = statement('claim-best-run', BEST, ($) =>
  claimSql($, bestSql($.except, 'skip locked'), givenSql($.ownerIds)),
);
export const claimBestPatiently = statement('claim-best-run-patiently', BEST, ($) =>
  claimSql($, bestSql($.except, ''), givenSql($.ownerIds)),
);

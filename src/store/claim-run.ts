import { randomInt } from 'node:crypto';
import type { ClientBase, Pool } from 'pg';
import { newId } from '../rules/ids.ts';
import { FREE_PROVIDERS } from '../rules/price-list.ts';
import type { ProviderId, RunKind } from '../vocabulary.ts';
import { isLimitedSql } from './budgets.ts';
import { appendSql, RAISED, raiseSql } from './event-log.ts';
import type { LoggedEvent } from './events.ts';
import { insertCallSql } from './model-calls.ts';
import { START_TASK, type StartedTask, type StartedTemplate } from './start-task.ts';
import type { Store } from './store.ts';
import { transaction } from './transaction.ts';

/** A run that a worker has taken. */
export interface ClaimedRun {
  id: string;
  /** An execution stays QUEUED until the transaction that advances it, and has neither attempt nor events of its claim. */
  kind: RunKind;
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

/** Who takes runs. */
export interface Claimer {
  workerId: string;
  /** What it has at hand. */
  providers: readonly ProviderId[];
}

/** SQL of the run that is wanted, its owner, and the owner's `max_concurrent_runs`. */
const WANTED = {
  run: `
    select run.id, run.owner_id, app_user.max_concurrent_runs as most
    from run join app_user on app_user.id = run.owner_id where run.id = $1`,
  /** Of the first of the accounts that has one: the ready run of the highest priority, then the one that waits longest. */
  best: `
    select best.id, candidate.owner_id,
      (select max_concurrent_runs from app_user where app_user.id = candidate.owner_id) as most
    from (
      select owner_id from unnest($1::text[]) with ordinality as given (owner_id, position) order by position
    ) as candidate cross join lateral (
      select id from run where run.owner_id = candidate.owner_id and status = 'queued' and blockers = 0 and worker_id is null
      order by priority desc, ready_at, id limit 1 for no key update skip locked
    ) as best limit 1`,
};

/** Waits for transactions that hold the best run, which may leave it as it is. */
const WANTED_PATIENTLY = WANTED.best.replace(' skip locked', '');

/** SQL: whether the run has checkpoints, and all text that it made is in them. CTE `lost` holds the call whose is not. */
const CONTINUES =
  '(exists (select from step where run_id = (select id from wanted)) and not exists (select from lost))';

/**
 * SQL: the first call of a prompt about which nothing but its rows decides: no limit, no conversation to read
 * first, no loss to look into. It begins with the claim; a commit less is on the way to the first word. Both rows are
 * locked, as what waits for one would else know its task as it was before the wait.
 */
const OPENING = `
  select task.provider, task.model from run join task on task.id = run.id
  where run.id = (select id from wanted) and task.kind = 'prompt' and task.thread_id is null
    and task.provider = any($5::text[]) and run.losses = 0 and $4::text is not null and not ${isLimitedSql('run')}
  for no key update of run, task`;

/** SQL that takes the run in CTE `wanted`: status, epoch, attempt and the events in one statement. */
function claimSql(wanted: string): string {
  return `
    with present as (
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
      where run.id = wanted.id and kind <> 'execution' and (wanted.most is null or $8::boolean)
        and ((status = 'queued' and blockers = 0) or ($3 and status = 'running' and worker_id = $2))
      returning ${RAISED}, run.kind, run.epoch, run.losses
    ), advanced as (
      update run set worker_id = present.id, claim = $7::bigint from present, wanted
      where run.id = wanted.id and kind = 'execution' and status = 'queued' and (worker_id is null or ($3 and worker_id = $2))
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

const STATEMENTS = {
  run: { name: 'claim-run', text: claimSql(WANTED.run) },
  best: { name: 'claim-best-run', text: claimSql(WANTED.best) },
  patient: { name: 'claim-best-run-patiently', text: claimSql(WANTED_PATIENTLY) },
};

type Row = LoggedEvent & {
  wantedOwner: string;
  most: number | null;
  run: Omit<ClaimedRun, 'attempt' | 'seq'> | null;
};

interface Claim {
  statement: keyof typeof STATEMENTS;
  /** A run's id, or accounts in the order in which they are to be served. */
  from: string | readonly string[];
  /** Chosen at random; see `Run.claim`. */
  number: number;
  /** An earlier claim of this worker may have happened; see `claimRun`. */
  isRepeated: boolean;
  /** Whether the caller has made sure that the account's `max_concurrent_runs` leaves another one. */
  limitIsKept: boolean;
}

async function claim(
  connection: Pool | ClientBase,
  { workerId, providers }: Claimer,
  { statement, from, number, isRepeated, limitIsKept }: Claim,
): Promise<Row[]> {
  const callId = isRepeated ? null : newId();
  const { rows } = await connection.query<Row>({
    ...STATEMENTS[statement],
    values: [from, workerId, isRepeated, callId, providers, FREE_PROVIDERS, number, limitIsKept],
  });
  return rows;
}

export const newClaimNumber = () => randomInt(2 ** 47);

/** What is published only when it is committed. */
function conclude(store: Store, rows: readonly Row[]): ClaimedRun | null {
  const [first] = rows;
  if (!first?.run) return null;
  if (first.run.kind === 'execution') return { ...first.run, attempt: 0, seq: 0 };
  store.bus.publish(
    first.run.id,
    rows.map(({ run: _run, wantedOwner: _owner, most: _most, ...event }) => event as LoggedEvent),
  );
  return { ...first.run, attempt: first.attempt, seq: first.seq };
}

/**
 * Takes a queued run for a worker.
 * @param isRepeated an earlier claim of this worker may have happened: what it holds is taken, too, and the call that
 * began with it, for which nobody asks, is closed.
 * @returns null when it is not there to be taken (any more): done, cancelled, or another worker's; when its account has
 * a limit on concurrent runs; or the others have given this worker up, and would never look for what it takes.
 */
export async function claimRun(
  store: Store,
  runId: string,
  claimer: Claimer,
  isRepeated: boolean,
): Promise<ClaimedRun | null> {
  const rows = await claim(store.database.pool, claimer, {
    statement: 'run',
    from: runId,
    number: newClaimNumber(),
    isRepeated,
    limitIsKept: isRepeated,
  });
  return conclude(store, rows);
}

/** `ownerId` is the first account that has a ready run. */
export interface NextRun {
  ownerId: string;
  /** null: the account has as many running as it may have. */
  run: ClaimedRun | null;
}

/**
 * Takes the best ready run of the first account that has one.
 * @param ownerIds accounts in the order in which they are to be served.
 * @param isPatient waits for runs that are locked by others at this moment, instead of passing over them.
 * @returns null when none of them has a ready run.
 * @throws Error when the others have declared this worker dead: they would never look for what it takes.
 */
export async function claimNextRun(
  store: Store,
  ownerIds: readonly string[],
  claimer: Claimer,
  { number, isPatient }: { number: number; isPatient: boolean },
): Promise<NextRun | null> {
  const statement = isPatient ? 'patient' : 'best';
  const wanted = { statement, number, isRepeated: false } as const;
  const rows = await claim(store.database.pool, claimer, { ...wanted, from: ownerIds, limitIsKept: false });
  const [first] = rows;
  if (!first) return null;
  const { wantedOwner: ownerId, most } = first;
  if (first.run) return { ownerId, run: conclude(store, rows) };
  if (most === null) throw new Error(`worker ${claimer.workerId} was declared dead and claims nothing`);
  return { ownerId, run: await claimWithinLimit(store, ownerId, claimer, number) };
}

/** The account's row is locked, so that two workers never count at once. */
async function claimWithinLimit(
  store: Store,
  ownerId: string,
  claimer: Claimer,
  number: number,
): Promise<ClaimedRun | null> {
  const rows = await transaction(store.database, async (client) => {
    const locked = await client.query<{ most: number | null }>(
      'select max_concurrent_runs as most from app_user where id = $1 for no key update',
      [ownerId],
    );
    const most = locked.rows[0]?.most ?? Number.POSITIVE_INFINITY;
    const running = await client.query<{ count: number }>(
      `select count(*)::int from run where owner_id = $1 and status = 'running'`,
      [ownerId],
    );
    if (running.rows[0]!.count >= most) return [];
    const wanted = {
      statement: 'best',
      from: [ownerId],
      number,
      isRepeated: false,
      limitIsKept: true,
    } as const;
    return claim(client, claimer, wanted);
  });
  return conclude(store, rows);
}

/** The run that a claim took whose answer was lost; null: it took none. */
export async function findClaimed(store: Store, workerId: string, number: number): Promise<string | null> {
  const { rows } = await store.database.pool.query<{ id: string }>(
    'select id from run where worker_id = $1 and claim = $2',
    [workerId, number],
  );
  return rows[0]?.id ?? null;
}

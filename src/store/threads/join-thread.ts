import type { ClientBase } from 'pg';
import { DomainError } from '../../errors.ts';
import { TURN_KINDS, type TurnKind } from '../../rules/runs/kinds.ts';
import { type OnBusy, RUN_KINDS, type RunStatus } from '../../vocabulary.ts';
import type { LoggedEvent } from '../log/events.ts';
import { cancelAllWithin } from '../runs/cancel-run.ts';

/** A run to be added to a thread. */
export interface Joining {
  runId: string;
  ownerId: string;
  /** null: it is in no thread. */
  threadId: string | null;
  /** Of the request that creates it; null: it has none, or the run exists already. */
  idempotencyKey: string | null;
  /** Runs that it depends on; for an existing run, the run itself, whose dependencies are stored. */
  dependsOn: readonly string[];
  /** The earliest time at which it may start; null: at once. */
  startAt: Date | null;
  /** The argument that names the thread, or the run. */
  field: 'input.threadId' | 'input.id';
}

/**
 * Within a transaction, queues a run as a turn of its thread: at once, after the unfinished turns, or in
 * place of them, as configured for the thread.
 * @param queue writes the run with this number of additional blockers; null: it wrote nothing, and no turn is
 * interrupted
 * @returns the result of `queue`, and the events of interrupted turns, to be published after the commit
 * @throws DomainError CONFLICT when the thread rejects turns while it is busy; VALIDATION_ERROR when the run
 * depends on one that it would interrupt, or may start only later in a thread whose turns interrupt
 */
export async function joinThread<Queued>(
  client: ClientBase,
  joining: Joining,
  queue: (blockers: 0 | 1) => Promise<Queued | null>,
): Promise<{ queued: Queued; interrupted: LoggedEvent[] } | null> {
  const { runId, threadId } = joining;
  const turn = threadId === null ? AT_ONCE : await takeTurn(client, joining, threadId);
  const queued = turn && (await queue(turn.blockers));
  if (!queued) {
    if (turn && turn.interrupted.length > 0) await client.query('rollback to savepoint interruption');
    return null;
  }
  if (threadId !== null) await addTurn(client, runId, threadId, turn.blockers === 1);
  return { queued, interrupted: turn.interrupted };
}

/**
 * The same for an existing run, while it has the status `from`; otherwise it interrupts nothing, and `queue`
 * decides.
 */
export async function rejoinThread<Queued>(
  client: ClientBase,
  kind: TurnKind,
  { runId, ownerId, from }: { runId: string; ownerId: string; from: RunStatus },
  queue: (blockers: 0 | 1) => Promise<Queued | null>,
): Promise<{ queued: Queued; interrupted: LoggedEvent[] } | null> {
  const { rows } = await client.query<Pick<Joining, 'threadId' | 'startAt'>>({
    name: `find-thread-of-${kind}`,
    text: `
      select thread_id as "threadId", start_at as "startAt" from run join ${kind} on ${kind}.id = run.id
      where run.id = $1 and run.owner_id = $2 and run.status = $3`,
    values: [runId, ownerId, from],
  });
  const { threadId, startAt } = rows[0] ?? { threadId: null, startAt: null };
  const joining = {
    runId,
    ownerId,
    threadId,
    idempotencyKey: null,
    dependsOn: [runId],
    startAt,
    field: 'input.id',
  } as const;
  return joinThread(client, joining, queue);
}

interface Turn {
  /** 1: it waits until the previous turn has ended. */
  blockers: 0 | 1;
  interrupted: LoggedEvent[];
}

const AT_ONCE: Turn = { blockers: 0, interrupted: [] };

/** @returns null when the request was made before */
async function takeTurn(client: ClientBase, joining: Joining, threadId: string): Promise<Turn | null> {
  const { runId, ownerId, idempotencyKey, field, startAt } = joining;
  const onBusy = await lockThread(client, threadId);
  if (idempotencyKey !== null && (await isUsed(client, ownerId, idempotencyKey))) return null;
  refuseLater(onBusy, startAt, field === 'input.id' ? field : 'input.startAt');
  const before = onBusy === 'parallel' ? [] : await readUnfinished(client, threadId, runId, MOST[onBusy]);
  if (before.length === 0) return AT_ONCE;
  if (onBusy === 'reject') throw busy(field);
  if (onBusy === 'queue') return { ...AT_ONCE, blockers: 1 };
  await refuseNeeded(client, joining, before);
  return interrupt(client, ownerId, before);
}

/** How many of the previous turns a run has to know; null: all. */
const MOST = { queue: 1, reject: 1, interrupt: null };

async function lockThread(client: ClientBase, id: string): Promise<OnBusy> {
  const { rows } = await client.query<{ onBusy: OnBusy }>({
    name: 'lock-thread',
    text: 'select on_busy as "onBusy" from thread where id = $1 for no key update',
    values: [id],
  });
  return rows[0]?.onBusy ?? 'queue';
}

async function isUsed(client: ClientBase, ownerId: string, key: string): Promise<boolean> {
  const { rowCount } = await client.query('select from idempotency_key where owner_id = $1 and key = $2', [
    ownerId,
    key,
  ]);
  return rowCount === 1;
}

/**
 * SQL of CTEs: `dependent`, everything that depends on the run to be added, and `following`, the first turn
 * of the thread among it. The run is inserted before that turn, as they would wait for each other otherwise.
 */
const FOLLOWING = `
  recursive dependent(id) as (
    select run_id from dependency where on_run_id = $2
    union select dependency.run_id from dependency join dependent on dependency.on_run_id = dependent.id
  ), following as (
    select joined_at, is_waiting from thread_turn join dependent on dependent.id = run_id
    where thread_id = $1 order by joined_at limit 1
  )`;

/** Turns that the run has to wait for; none when a turn in progress depends on it. */
async function readUnfinished(
  client: ClientBase,
  threadId: string,
  runId: string,
  most: number | null,
): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>({
    name: 'read-unfinished-turns',
    text: `
      with ${FOLLOWING}
      select run_id as id from thread_turn where thread_id = $1 and not exists (
        select from following where not is_waiting or following.joined_at <= thread_turn.joined_at)
      order by joined_at limit $3`,
    values: [threadId, runId, most],
  });
  return rows.map(({ id }) => id);
}

/**
 * A turn that starts later would end the present one long before it takes its place. Refused also while the thread has
 * no unfinished turn, so that a client does not find out by chance.
 * @throws DomainError VALIDATION_ERROR
 */
export function refuseLater(
  onBusy: OnBusy | null,
  startAt: Date | null | undefined,
  field: 'input.startAt' | 'input.id',
): void {
  if (onBusy !== 'interrupt' || !startAt || startAt.getTime() <= Date.now()) return;
  const message =
    'a turn of a thread with onBusy INTERRUPT must start at once; omit startAt, or use a thread with onBusy QUEUE, REJECT or PARALLEL';
  throw new DomainError('VALIDATION_ERROR', `${field}: ${message}`, { field, issues: [{ field, message }] });
}

function busy(field: Joining['field']): DomainError {
  const message = `${field}: the thread rejects new turns until its unfinished turns have ended`;
  return new DomainError('CONFLICT', message, { field });
}

/** Runs that depend on a turn, directly or indirectly, would fail by interrupting it. @throws DomainError */
async function refuseNeeded(
  client: ClientBase,
  { dependsOn, field: named }: Joining,
  turns: readonly string[],
): Promise<void> {
  if (dependsOn.length === 0) return;
  const { rows } = await client.query<{ position: number | null }>({
    name: 'find-needed-turn',
    text: `
      with recursive needed(id, position) as (
        select id, position::int from unnest($1::text[]) with ordinality as given (id, position)
        union select dependency.on_run_id, needed.position from dependency join needed on dependency.run_id = needed.id
      )
      select min(position) as position from needed where id = any($2::text[])`,
    values: [dependsOn, turns],
  });
  const position = rows[0]!.position;
  if (position === null) return;
  const field = named === 'input.id' ? named : `input.dependsOn.${position - 1}`;
  const message = `${field}: the run depends on an earlier turn of this thread, which it would interrupt; set the thread's onBusy to QUEUE, or use another thread`;
  throw new DomainError('VALIDATION_ERROR', message, { field });
}

async function interrupt(client: ClientBase, ownerId: string, runIds: readonly string[]): Promise<Turn> {
  await client.query('savepoint interruption');
  const targets = { runIds, ownerId, kinds: RUN_KINDS, reason: 'interrupted by a later turn of its thread' };
  return { blockers: 0, interrupted: await cancelAllWithin(client, targets) };
}

/** SQL of CTEs: a turn that is retried keeps its position in the conversation. */
const JOINED = TURN_KINDS.map(
  (kind) => `${kind}_joined as (
        update ${kind} set joined_at = added.joined_at
        from added where ${kind}.id = added.run_id and started_at is null
      )`,
).join(', ');

/** Other runs may wait for its end. */
async function addTurn(
  client: ClientBase,
  runId: string,
  threadId: string,
  isWaiting: boolean,
): Promise<void> {
  await client.query({
    name: 'add-turn',
    text: `
      with ${FOLLOWING}, added as (
        insert into thread_turn (run_id, thread_id, joined_at, is_waiting)
        select $2, $1, coalesce((select joined_at - interval '1 microsecond' from following), clock_timestamp()), $3
        returning run_id, joined_at
      ), marked as (
        update run set has_dependents = true from added where run.id = added.run_id
      ), ${JOINED}
      select from added`,
    values: [threadId, runId, isWaiting],
  });
}

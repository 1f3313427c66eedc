import { randomInt } from 'node:crypto';
import { newId } from '../../../rules/ids/ids.ts';
import { FREE_PROVIDERS } from '../../../rules/models/price-list.ts';
import { isLeased } from '../../../rules/runs/kinds.ts';
import type { ProviderId, RunKind } from '../../../vocabulary.ts';
import { transaction } from '../../database/transaction.ts';
import type { LoggedEvent } from '../../log/events.ts';
import type { Store } from '../../store.ts';
import { claimBest, claimBestPatiently, claimOne, LIMITED } from './claim-sql.ts';
import type { StartedTask, StartedTemplate } from './load-claimed-task.ts';

/** A run claimed by a worker. */
export interface ClaimedRun {
  id: string;
  /** An execution stays QUEUED until the transaction that advances it, and has neither attempt nor events of its claim. */
  kind: RunKind;
  ownerId: string;
  epoch: number;
  attempt: number;
  /** Seq of the event of its claim; events with lower numbers happened before. */
  seq: number;
  /** Number of workers lost while they held it. */
  losses: number;
  /** The request, if it is a task: read in the same statement to shorten the time to the first token. */
  task: StartedTask | StartedTemplate | null;
}

/** A worker that claims runs. */
export interface Claimer {
  workerId: string;
  /** The providers it can use. */
  providers: readonly ProviderId[];
}

type Row = LoggedEvent & {
  wantedOwner: string;
  most: number | null;
  run: Omit<ClaimedRun, 'attempt' | 'seq'> | null;
};

/** @param isRepeated an earlier claim of this worker may have succeeded */
const claimOf = ({ workerId, providers }: Claimer, isRepeated: boolean) => ({
  workerId,
  isRepeated,
  callId: isRepeated ? null : newId(),
  providers,
  freeProviders: FREE_PROVIDERS,
});

export const newClaimNumber = () => randomInt(2 ** 47);

/** Publishes events after the commit. */
function conclude(store: Store, rows: readonly Row[]): ClaimedRun | null {
  const [first] = rows;
  if (!first?.run) return null;
  if (!isLeased(first.run.kind)) return { ...first.run, attempt: 0, seq: 0 };
  store.bus.publish(
    first.run.id,
    rows.map(({ run: _run, wantedOwner: _owner, most: _most, ...event }) => event as LoggedEvent),
  );
  return { ...first.run, attempt: first.attempt, seq: first.seq };
}

/**
 * Claims a queued run for a worker.
 * @param isRepeated an earlier claim by this worker may have succeeded: a run that it already holds is
 * claimed again, and the model call that began with that claim is closed
 * @returns null when the run cannot be claimed: it has ended, another worker has it, its account has a limit
 * on concurrent runs, or this worker has been declared dead
 */
export async function claimRun(
  store: Store,
  runId: string,
  claimer: Claimer,
  isRepeated: boolean,
): Promise<ClaimedRun | null> {
  const { rows } = await store.database.pool.query<Row>(
    claimOne({ ...claimOf(claimer, isRepeated), runId, number: newClaimNumber(), limitIsKept: false }),
  );
  return conclude(store, rows);
}

/** `ownerId` is the first account that has a ready run. */
export interface NextRun {
  ownerId: string;
  /** null: the account has reached its number of concurrent runs. */
  run: ClaimedRun | null;
}

/**
 * Claims the best ready run of the first account that has one.
 * @param ownerIds accounts in the order in which they should be served
 * @param except runs to skip
 * @param isPatient waits for runs that are currently locked, instead of skipping them
 * @returns null when none of them has a ready run
 * @throws Error when this worker has been declared dead: the others would never recover runs it claims
 */
export async function claimNextRun(
  store: Store,
  ownerIds: readonly string[],
  claimer: Claimer,
  { number, isPatient, except }: { number: number; isPatient: boolean; except: readonly string[] },
): Promise<NextRun | null> {
  const claim = isPatient ? claimBestPatiently : claimBest;
  const { rows } = await store.database.pool.query<Row>(
    claim({ ...claimOf(claimer, false), ownerIds, except, number, limitIsKept: false }),
  );
  const [first] = rows;
  if (!first) return null;
  const { wantedOwner: ownerId, most } = first;
  if (first.run) return { ownerId, run: conclude(store, rows) };
  if (most === null) throw new Error(`worker ${claimer.workerId} was declared dead and claims nothing`);
  return { ownerId, run: await claimWithinLimit(store, ownerId, claimer, { number, except }) };
}

/** The account's row is locked, so that two workers never count at once. */
async function claimWithinLimit(
  store: Store,
  ownerId: string,
  claimer: Claimer,
  { number, except }: { number: number; except: readonly string[] },
): Promise<ClaimedRun | null> {
  const rows = await transaction(store.database, async (client) => {
    const locked = await client.query<{ most: number | null }>(
      'select max_concurrent_runs as most from app_user where id = $1 for no key update',
      [ownerId],
    );
    const most = locked.rows[0]?.most ?? Number.POSITIVE_INFINITY;
    const running = await client.query<{ count: number }>(
      `select count(*)::int from run where owner_id = $1 and status = 'running' and kind in (${LIMITED})`,
      [ownerId],
    );
    if (running.rows[0]!.count >= most) return [];
    const claimed = await client.query<Row>(
      claimBest({ ...claimOf(claimer, false), ownerIds: [ownerId], except, number, limitIsKept: true }),
    );
    return claimed.rows;
  });
  return conclude(store, rows);
}

/** The run taken by a claim whose response was lost; null: it took none. */
export async function findClaimed(store: Store, workerId: string, number: number): Promise<string | null> {
  const { rows } = await store.database.pool.query<{ id: string }>(
    'select id from run where worker_id = $1 and claim = $2',
    [workerId, number],
  );
  return rows[0]?.id ?? null;
}

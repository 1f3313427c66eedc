import { newId } from '../../src/rules/ids/ids.ts';
import { type Lease, openLease } from '../../src/store/log/lease.ts';
import { claimRun } from '../../src/store/runs/claims/claim-run.ts';
import type { Store } from '../../src/store/store.ts';
import { registerWorker } from '../../src/store/workers/workers.ts';

/** The id that the store knows a run by, of its global id: `Task:…`, `WorkflowExecution:…`. */
export function runIdOf(globalId: string): string {
  return Buffer.from(globalId, 'base64url').toString().split(':')[1]!;
}

/** Takes a queued task as a worker would that has no engine, on a server without a worker. */
export async function holdTask(store: Store, taskId: string): Promise<Lease> {
  const workerId = newId();
  await registerWorker(store.database, workerId);
  return openLease((await claimRun(store, runIdOf(taskId), { workerId, providers: [] }, false))!);
}

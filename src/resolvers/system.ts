import type { Context } from '../context.ts';
import { systemCondition } from '../rules/system-condition.ts';
import { type QueueReport, readQueue } from '../store/queue-report.ts';
import { readTaskTotals, type TaskTotals } from '../store/task-totals.ts';
import { readWorkers, type WorkerReport } from '../store/workers.ts';
import type { SystemCondition } from '../vocabulary.ts';
import { requireViewer } from './viewer.ts';

export interface SystemStatus extends TaskTotals {
  condition: SystemCondition;
  /** Whether all accounts' runs and agents are counted, or the viewer's own alone. */
  isOfAll: boolean;
  queue: QueueReport;
  liveWorkers: number;
  /** null: only an admin may know. */
  workers: WorkerReport[] | null;
}

/** What an admin sees is everybody's. Others see what is their own, and whether the installation works. */
export async function systemStatus(context: Context): Promise<SystemStatus> {
  const { userId, isAdmin } = requireViewer(context);
  const { database } = context.store;
  const ownerId = isAdmin ? null : userId;
  const [totals, queue, ownQueue, workers] = await Promise.all([
    readTaskTotals(database, ownerId),
    readQueue(database, null),
    isAdmin ? null : readQueue(database, userId),
    readWorkers(database),
  ]);
  const silentWorkers = workers.filter(({ isSilent }) => isSilent).length;
  const liveWorkers = workers.length - silentWorkers;
  return {
    ...totals,
    condition: systemCondition({ liveWorkers, silentWorkers, ...queue }),
    isOfAll: isAdmin,
    queue: ownQueue ?? queue,
    liveWorkers,
    workers: isAdmin ? workers : null,
  };
}

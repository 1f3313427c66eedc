import type { Context } from '../../context.ts';
import type { Traffic } from '../../metrics/http-metrics.ts';
import { systemCondition } from '../../rules/system-condition.ts';
import type { TaskTotals } from '../../store/tasks/totals.ts';
import { type QueueReport, readQueue } from '../../store/workers/queue-report.ts';
import { readWorkers, type WorkerReport } from '../../store/workers/workers.ts';
import type { SystemCondition } from '../../vocabulary.ts';
import { requireViewer } from '../request/viewer.ts';

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
  const { database, lookups } = context.store;
  const [totals, installation, workers, queue] = await Promise.all([
    lookups.taskTotals(isAdmin ? null : userId),
    lookups.installation(),
    isAdmin ? readWorkers(database) : null,
    isAdmin ? null : readQueue(database, userId),
  ]);
  return {
    ...totals,
    condition: systemCondition(installation),
    isOfAll: isAdmin,
    queue: queue ?? installation,
    liveWorkers: installation.liveWorkers,
    workers,
  };
}

/** What the process that answers takes of its machine. */
export interface SystemMetrics {
  version: string;
  uptimeSeconds: number;
  /** Of its memory that is in RAM, and of its heap. */
  residentBytes: number;
  heapUsedBytes: number;
  /** Since it started. */
  cpuSeconds: number;
  /** null: only an admin may know. */
  traffic: Traffic | null;
}

/** Of this process alone, since it started. What others do here is for admins to know. */
export function systemMetrics(context: Context): SystemMetrics {
  const { isAdmin } = requireViewer(context);
  const { rss, heapUsed } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  return {
    version: context.version,
    uptimeSeconds: process.uptime(),
    residentBytes: rss,
    heapUsedBytes: heapUsed,
    cpuSeconds: (user + system) / 1_000_000,
    traffic: isAdmin ? context.metrics.http.traffic() : null,
  };
}

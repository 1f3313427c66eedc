import type { Context } from '../../context.ts';
import type { Traffic } from '../../metrics/http-metrics.ts';
import { systemCondition } from '../../rules/system-condition.ts';
import type { TaskTotals } from '../../store/tasks/totals.ts';
import { type QueueReport, readQueue } from '../../store/workers/queue-report.ts';
import { readWorkers, type WorkerReport } from '../../store/workers/workers.ts';
import type { SandboxState, SystemCondition } from '../../vocabulary.ts';
import { requireViewer } from '../request/viewer.ts';

export interface SystemStatus extends TaskTotals {
  condition: SystemCondition;
  /** Whether the runs and agents of all accounts are counted, or only the viewer's. */
  isOfAll: boolean;
  queue: QueueReport;
  liveWorkers: number;
  sandbox: SandboxState;
  /** null: visible to admins only. */
  workers: WorkerReport[] | null;
}

/** Admins see all accounts. Other users see their own objects, and whether the installation works. */
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
    sandbox: installation.sandbox,
    workers,
  };
}

/** Resource usage of the process that answers. */
export interface SystemMetrics {
  version: string;
  uptimeSeconds: number;
  /** Resident memory, and heap memory in use. */
  residentBytes: number;
  heapUsedBytes: number;
  /** Since it started. */
  cpuSeconds: number;
  /** null: visible to admins only. */
  traffic: Traffic | null;
}

/** For this process alone, since it started. Activity of other accounts is visible to admins only. */
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

import { SANDBOX_STATES, type SandboxState } from '../../vocabulary.ts';
import type { Database } from '../database/database.ts';
import { type QueueReport, queueSql } from './queue-report.ts';
import { SILENCE } from './workers.ts';

/** Work of all processes, and the workers for it. */
export interface InstallationReport extends QueueReport {
  liveWorkers: number;
  /** Registered, but silent for so long that other workers take over their runs. */
  silentWorkers: number;
  /** Runs that a worker is executing. */
  running: number;
  /** The best of its live workers. */
  sandbox: SandboxState;
}

/** SQL: from an isolated place for commands to none at all. */
const BEST_FIRST = `array[${SANDBOX_STATES.map((state) => `'${state}'`).join(', ')}]`;

/** One statement over unfinished runs only. */
export async function readInstallation(database: Database): Promise<InstallationReport> {
  const { rows } = await database.aside.query<InstallationReport>({
    name: 'read-installation',
    text: `
      select queue.*, crew.*, (${BEST_FIRST})[crew.best] as sandbox, held.running from (${queueSql('true')}) as queue, (
        select count(*) filter (where not is_silent)::int as "liveWorkers",
          count(*) filter (where is_silent)::int as "silentWorkers",
          coalesce(min(array_position(${BEST_FIRST}, sandbox)) filter (where not is_silent), ${SANDBOX_STATES.length}) as best
        from (select beat_at < clock_timestamp() - interval '${SILENCE}' as is_silent, sandbox from worker) as each_worker
      ) as crew, (
        select count(*)::int as running from run where worker_id is not null and status = 'running'
      ) as held`,
  });
  return rows[0]!;
}

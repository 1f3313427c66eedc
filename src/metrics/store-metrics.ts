import { Counter, Gauge, type Registry } from 'prom-client';
import type { Database } from '../store/database/database.ts';
import type { ReadCounts } from '../store/database/read-source.ts';
import type { Lookups } from '../store/lookups.ts';
import type { Store } from '../store/store.ts';
import { readInstallation } from '../store/workers/installation-report.ts';
import { createInstruments } from './instruments.ts';

/**
 * Metrics read from the database and its connection pool on demand.
 * @returns a function that reads them. It never rejects: if the database is unavailable, it reports that
 */
export function measureStore(
  registry: Registry,
  { database, lookups, replica, readCounts }: Store,
): () => Promise<void> {
  const make = createInstruments(registry);
  const isUp = make.gauge('polyphony_database_up', '1 if the database answers, else 0.');
  const queue = make.gauge(
    'polyphony_queue_runs',
    'Waiting runs of all processes: ready ones wait for a worker, blocked ones for other runs.',
    ['state'],
  );
  const oldest = make.gauge(
    'polyphony_queue_oldest_ready_seconds',
    'Seconds for which the oldest ready run has been ready; 0 if there is none.',
  );
  const running = make.gauge('polyphony_running_runs', 'Runs of all processes being executed.');
  const workers = make.gauge(
    'polyphony_workers',
    'Workers of all processes; the runs of silent ones are taken over by others.',
    ['state'],
  );
  reportPool(registry, database);
  const refreshReplica = replica ? reportReplica(registry, lookups, readCounts) : async () => {};

  return async () => {
    await refreshReplica();
    const reading = await readInstallation(database).catch(() => null);
    isUp.set(reading ? 1 : 0);
    for (const told of [queue, workers]) told.reset();
    // Unknown is not 0.
    for (const told of [oldest, running]) told.set(Number.NaN);
    if (!reading) return;
    queue.set({ state: 'ready' }, reading.ready);
    queue.set({ state: 'blocked' }, reading.blocked);
    oldest.set(reading.oldestReadySeconds ?? 0);
    running.set(reading.running);
    workers.set({ state: 'live' }, reading.liveWorkers);
    workers.set({ state: 'silent' }, reading.silentWorkers);
  };
}

function reportPool(registry: Registry, { pool }: Database): void {
  new Gauge({
    name: 'polyphony_database_connections',
    help: 'Connections in the pool of this process.',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      this.set({ state: 'busy' }, pool.totalCount - pool.idleCount);
      this.set({ state: 'idle' }, pool.idleCount);
    },
  });
  new Gauge({
    name: 'polyphony_database_waiting',
    help: 'Statements of this process waiting for a connection.',
    registers: [registry],
    collect() {
      this.set(pool.waitingCount);
    },
  });
}

function reportReplica(registry: Registry, lookups: Lookups, counts: ReadCounts): () => Promise<void> {
  const make = createInstruments(registry);
  const isUp = make.gauge('polyphony_replica_up', '1 if the read replica answers reads, else 0.');
  const lag = make.gauge(
    'polyphony_replica_lag_seconds',
    'Seconds since the commit of the last transaction that the read replica has; 0 if it has all.',
  );
  new Counter({
    name: 'polyphony_replica_reads_total',
    help: 'Reads for the read replica by who answered: the replica, or the primary because the replica was behind, unavailable, or failed.',
    labelNames: ['outcome'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [outcome, count] of Object.entries(counts)) this.inc({ outcome }, count);
    },
  });
  return async () => {
    const condition = await lookups.replica().catch(() => null);
    isUp.set(condition?.state === 'ready' ? 1 : 0);
    lag.set(condition?.lagSeconds ?? Number.NaN);
  };
}

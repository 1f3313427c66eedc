/**
 * Queries that a read replica may answer: lists that are long, searched or counted. Analytics and totals are read there
 * as well, see `createLookups`. Single objects cost less than asking how far the replica is. Not here: whatever reads
 * locks, which a replica does not have, or writes before it reads.
 */
export const REPLICA_READS: ReadonlySet<string> = new Set([
  'agents',
  'auditLog',
  'executions',
  'models',
  'orchestrations',
  'predictionCalibration',
  'runs',
  'sessions',
  'tasks',
  'threads',
  'users',
]);

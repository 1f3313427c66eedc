import type { EngineContext } from '../engine/context.ts';
import type { Deliveries } from '../engine/integration/deliveries.ts';
import type { Lease } from '../store/log/lease.ts';
import type { Dispatcher } from './dispatcher.ts';

/** What a job may touch: the engine, and whose worker it runs on. */
export interface JobContext {
  engine: EngineContext;
  /** Messages to those who want to be told of the ends of runs. */
  deliveries: Deliveries;
  /** Changes when the others had given this worker up and it came back. */
  workerId: () => string;
  dispatcher: Dispatcher;
  /** The leases that are held right now. */
  leases: Set<Lease>;
  /** Aborts when this worker stops: what is claimed after that is handed over at once. */
  stopping: AbortSignal;
}

import type { Lease } from '../store/log/lease.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { ErrandContext } from './errands.ts';

/** What a job may use: the engine and the worker that it runs on. */
export interface JobContext extends ErrandContext {
  /** Changes when the other workers had declared this one dead and it came back. */
  workerId: () => string;
  dispatcher: Dispatcher;
  /** The leases that are held right now. */
  leases: Set<Lease>;
}

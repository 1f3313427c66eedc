import type { Lease } from '../store/log/lease.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { ErrandContext } from './errands.ts';

/** The dependencies of a job: the engine and the worker it runs on. */
export interface JobContext extends ErrandContext {
  /** Changes when other workers declared this one dead and it registered again. */
  workerId: () => string;
  dispatcher: Dispatcher;
  /** The leases held at the moment. */
  leases: Set<Lease>;
}

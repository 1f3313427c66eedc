import type { Lease } from '../store/log/lease.ts';
import type { AccountJobContext } from './account-jobs.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Notifications } from './repeat.ts';

/** The dependencies of a job: the engine and the worker it runs on. */
export interface JobContext extends AccountJobContext {
  /** Changes when other workers declared this one dead and it registered again. */
  workerId: () => string;
  dispatcher: Dispatcher;
  notifications: Notifications;
  /** The leases held at the moment. */
  leases: Set<Lease>;
}

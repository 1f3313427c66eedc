import type { Plan } from '../../rules/plan.ts';
import type { Lease } from '../../store/lease.ts';
import type { StartedTask } from '../../store/start-task.ts';
import type { EngineContext } from '../context.ts';
import type { Snapshot } from '../workspace-diff.ts';
import type { Turn } from './turn.ts';

/** A task in an agent's hands. */
export interface Work {
  context: EngineContext;
  lease: Lease;
  task: StartedTask;
  /** Absolute path of its working directory; null: its agent has no tools that need one. */
  workspace: string | null;
  /** What was in it before; null when there is none. */
  start: Snapshot | null;
  turns: Turn[];
  plan: Plan;
  /** 0 to 1; never falls. */
  progress: number;
}

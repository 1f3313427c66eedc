import type { Plan } from '../../rules/agents/plan.ts';
import type { Lease } from '../../store/log/lease.ts';
import type { StartedTask } from '../../store/runs/load-claimed-task.ts';
import type { EngineContext } from '../context.ts';
import type { Snapshot } from '../workspaces/workspace-diff.ts';
import type { Compaction } from './compaction.ts';
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
  /** How its history is shortened; null: it is not. */
  compaction: Compaction | null;
  /** How often it was. */
  compactions: number;
  /** Of its last request, as the model counted it. */
  bytesPerToken: number;
  plan: Plan;
  /** 0 to 1; never falls. */
  progress: number;
}

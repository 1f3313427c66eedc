import type { Plan } from '../../rules/agents/plan.ts';
import type { Lease } from '../../store/log/lease.ts';
import type { StartedTask } from '../../store/runs/claims/load-claimed-task.ts';
import type { EngineContext } from '../context.ts';
import type { Snapshot } from '../workspaces/workspace-diff.ts';
import type { Compaction } from './checkpoints.ts';
import type { Turn } from './turn.ts';

/** The state of an agent task that is being executed. */
export interface AgentState {
  context: EngineContext;
  lease: Lease;
  task: StartedTask;
  /** Absolute path of its working directory; null: its agent has no tools that need one. */
  workspace: string | null;
  /** Content of the working directory before the first tool used it; null: none has. */
  start: Snapshot | null;
  turns: Turn[];
  /** How its history is shortened; null: not at all. */
  compaction: Compaction | null;
  /** Number of compactions so far. */
  compactions: number;
  /** From its last request, as the model counted the tokens. */
  bytesPerToken: number;
  plan: Plan;
  /** 0 to 1; never decreases. */
  progress: number;
}

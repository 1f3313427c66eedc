import type { ModelMessage } from '../../providers/provider.ts';
import type { Round } from '../../rules/orchestrations/orchestration.ts';
import type { Lease } from '../../store/log/lease.ts';
import type { StartedOrchestration } from '../../store/orchestrations/start-orchestration.ts';
import type { EngineContext } from '../context.ts';

/** The state of an orchestration that is being executed. */
export interface OrchestrationState {
  context: EngineContext;
  lease: Lease;
  orchestration: StartedOrchestration;
  /** The conversation so far, and the prompt. */
  opening: readonly ModelMessage[];
  /** In order; the last one may be unfinished. */
  rounds: readonly Round[];
}

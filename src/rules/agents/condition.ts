import type { AgentCondition } from '../../vocabulary.ts';

/**
 * The condition of an agent by its success rate: healthy from 80%, degraded from 50%.
 * @param finished number of tasks that completed or failed
 */
export function agentCondition(succeeded: number, finished: number): AgentCondition {
  if (finished === 0) return 'unknown';
  const share = succeeded / finished;
  return share >= 0.8 ? 'healthy' : share >= 0.5 ? 'degraded' : 'failing';
}

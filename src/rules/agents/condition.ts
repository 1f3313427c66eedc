import type { AgentCondition } from '../../vocabulary.ts';

/**
 * What the share of tasks that succeeded says about an agent: from 4 in 5 on it is well, from 1 in 2 on it is not as
 * it should be.
 * @param finished how many ended by themselves.
 */
export function agentCondition(succeeded: number, finished: number): AgentCondition {
  if (finished === 0) return 'unknown';
  const share = succeeded / finished;
  return share >= 0.8 ? 'healthy' : share >= 0.5 ? 'degraded' : 'failing';
}

import type { PlanStepStatus } from '../../vocabulary.ts';

export interface PlanStep {
  id: string;
  description: string;
  status: PlanStepStatus;
}

/** The plan of an agent, in order. */
export interface Plan {
  steps: PlanStep[];
}

/** The share of a plan that is done. Only the end of the task makes it 1, because the agent may add steps. */
export function planProgress({ steps }: Plan): number {
  if (steps.length === 0) return 0;
  const done = steps.filter(({ status }) => status === 'completed').length;
  return Math.min(done / steps.length, 0.99);
}

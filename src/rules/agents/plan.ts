import type { PlanStepStatus } from '../../vocabulary.ts';

export interface PlanStep {
  id: string;
  description: string;
  status: PlanStepStatus;
}

/** What an agent means to do, in order. */
export interface Plan {
  steps: PlanStep[];
}

/** How far a plan is carried out. Only the task's end makes it 1: the last step may yet be followed by another. */
export function planProgress({ steps }: Plan): number {
  if (steps.length === 0) return 0;
  const done = steps.filter(({ status }) => status === 'completed').length;
  return Math.min(done / steps.length, 0.99);
}

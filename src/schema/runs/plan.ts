import type { Plan, PlanStep } from '../../rules/agents/plan.ts';
import { builder } from '../builder/builder.ts';
import { PlanStepStatusEnum } from '../builder/enums.ts';

const PlanStepType = builder.objectRef<PlanStep>('PlanStep').implement({
  description: "A step of an agent's plan.",
  fields: (t) => ({
    key: t.exposeString('id', { description: 'Unique within the plan.' }),
    description: t.exposeString('description', { description: 'What is to be done.' }),
    status: t.expose('status', { type: PlanStepStatusEnum, description: 'Its status.' }),
  }),
});

export const PlanType = builder.objectRef<Plan>('Plan').implement({
  description: 'The plan of an agent, in order.',
  fields: (t) => ({
    steps: t.expose('steps', {
      type: [PlanStepType],
      description: 'The steps; empty until the agent has made a plan.',
    }),
  }),
});

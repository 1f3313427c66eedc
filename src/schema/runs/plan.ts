import type { Plan, PlanStep } from '../../rules/agents/plan.ts';
import { builder } from '../builder/builder.ts';
import { PlanStepStatusEnum } from '../builder/enums.ts';

const PlanStepType = builder.objectRef<PlanStep>('PlanStep').implement({
  description: 'Something that an agent means to do.',
  fields: (t) => ({
    id: t.exposeString('id', { description: 'Unique in its plan.' }),
    description: t.exposeString('description', { description: 'What is to be done.' }),
    status: t.expose('status', { type: PlanStepStatusEnum, description: 'How far it is.' }),
  }),
});

export const PlanType = builder.objectRef<Plan>('Plan').implement({
  description: 'What an agent means to do, in order.',
  fields: (t) => ({
    steps: t.expose('steps', { type: [PlanStepType], description: 'Empty, until it has made one.' }),
  }),
});

import { globalId } from '../builder/global-id.ts';
import { RunErrorType } from '../runs/run-error.ts';
import { event, RunEvent } from './run-event.ts';

export const StepTaskCreated = event('StepTaskCreated').implement({
  interfaces: [RunEvent],
  description: 'A task was created for a step of the execution, or for one item of its list.',
  fields: (t) => ({
    stepKey: t.string({ description: 'Key of the step.', resolve: ({ data }) => data.stepId }),
    taskId: t.id({
      description: 'Id of the task; follow it with `taskEvents`.',
      resolve: ({ data }) => globalId('Task', data.taskId),
    }),
    item: t.int({
      nullable: true,
      description: 'Index in the list of the step, from 0; null: the step has no list.',
      resolve: ({ data }) => data.item,
    }),
    stepAttempt: t.int({
      description: '`attempt` of the step of the execution, from 1.',
      resolve: ({ data }) => data.attempt,
    }),
    after: t.field({
      type: RunErrorType,
      nullable: true,
      description: 'Why the previous attempt failed.',
      resolve: ({ data }) => data.after,
    }),
  }),
});

export const StepFailed = event('StepFailed').implement({
  interfaces: [RunEvent],
  description:
    'A step of the execution failed after all retries. Running steps finish, and no new ones begin.',
  fields: (t) => ({
    stepKey: t.string({ description: 'Key of the step.', resolve: ({ data }) => data.stepId }),
    error: t.field({ type: RunErrorType, description: 'Why.', resolve: ({ data }) => data.error }),
  }),
});

export const StepSkipped = event('StepSkipped').implement({
  interfaces: [RunEvent],
  description: 'The condition of a step was false. Steps that depend on it continue, and read null from it.',
  fields: (t) => ({
    stepKey: t.string({ description: 'Key of the step.', resolve: ({ data }) => data.stepId }),
  }),
});

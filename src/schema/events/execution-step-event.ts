import { globalId } from '../builder/global-id.ts';
import { RunErrorType } from '../runs/run-error.ts';
import { event, RunEvent } from './run-event.ts';

export const StepTaskCreated = event('StepTaskCreated').implement({
  interfaces: [RunEvent],
  description: 'A task was made for a step of the execution: its work, or that of an item of its list.',
  fields: (t) => ({
    stepId: t.string({ description: 'The id of the step.', resolve: ({ data }) => data.stepId }),
    taskId: t.id({
      description: 'The task; `taskEvents` follows it.',
      resolve: ({ data }) => globalId('Task', data.taskId),
    }),
    item: t.int({
      nullable: true,
      description: 'The place in the list of the step, from 0; null: it is over none.',
      resolve: ({ data }) => data.item,
    }),
    tryNumber: t.int({ description: 'Which try it is, from 1.', resolve: ({ data }) => data.attempt }),
    after: t.field({
      type: RunErrorType,
      nullable: true,
      description: 'Why the try before failed.',
      resolve: ({ data }) => data.after,
    }),
  }),
});

export const StepFailed = event('StepFailed').implement({
  interfaces: [RunEvent],
  description: 'A step of the execution failed for good. What runs already is done, and nothing new begins.',
  fields: (t) => ({
    stepId: t.string({ description: 'The id of the step.', resolve: ({ data }) => data.stepId }),
    error: t.field({ type: RunErrorType, description: 'Why.', resolve: ({ data }) => data.error }),
  }),
});

export const StepSkipped = event('StepSkipped').implement({
  interfaces: [RunEvent],
  description: 'The condition of a step did not hold. Steps that wait for it go on, and read null from it.',
  fields: (t) => ({
    stepId: t.string({ description: 'The id of the step.', resolve: ({ data }) => data.stepId }),
  }),
});

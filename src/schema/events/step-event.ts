import { event, RunEvent } from './run-event.ts';

export const StepStarted = event('StepStarted').implement({
  interfaces: [RunEvent],
  description: 'A step of the run began.',
  fields: (t) => ({
    stepId: t.string({ description: 'The id of the step.', resolve: ({ data }) => data.stepId }),
    stepType: t.string({
      description: 'What it does, in its own word.',
      resolve: ({ data }) => data.stepType,
    }),
  }),
});

export const StepCompleted = event('StepCompleted').implement({
  interfaces: [RunEvent],
  description: 'A step of the run is done.',
  fields: (t) => ({
    stepId: t.string({ description: 'The id of the step.', resolve: ({ data }) => data.stepId }),
    stepType: t.string({
      description: 'What it did, in its own word.',
      resolve: ({ data }) => data.stepType,
    }),
  }),
});

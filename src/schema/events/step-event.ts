import { event, RunEvent } from './run-event.ts';

export const StepStarted = event('StepStarted').implement({
  interfaces: [RunEvent],
  description: 'A step of the run started.',
  fields: (t) => ({
    stepKey: t.string({ description: 'Key of the step.', resolve: ({ data }) => data.stepId }),
    stepType: t.string({
      description: 'Type of the step.',
      resolve: ({ data }) => data.stepType,
    }),
  }),
});

export const StepCompleted = event('StepCompleted').implement({
  interfaces: [RunEvent],
  description: 'A step of the run completed.',
  fields: (t) => ({
    stepKey: t.string({ description: 'Key of the step.', resolve: ({ data }) => data.stepId }),
    stepType: t.string({
      description: 'Type of the step.',
      resolve: ({ data }) => data.stepType,
    }),
  }),
});

import { predictionCalibration, predictTask } from '../../resolvers/tasks/prediction.ts';
import type { CalibrationBin, PredictionCalibration } from '../../store/analytics/prediction-calibration.ts';
import { builder } from '../builder/builder.ts';
import { PREDICTION_COST } from '../builder/computation-cost.ts';
import { optionalId } from '../builder/global-id.ts';
import { TaskKindEnum } from '../runs/task-enums.ts';
import { TaskPredictionType } from './task-prediction.ts';

const PredictTaskInput = builder.inputType('PredictTaskInput', {
  description: 'The properties of a task that a prediction uses, as in `createTask`.',
  fields: (t) => ({
    kind: t.field({
      type: TaskKindEnum,
      description:
        'The kind of task. Absent: TEMPLATE if a template is given, AGENT if an agent is given, else PROMPT.',
    }),
    type: t.string({
      description: 'The type of work. Selects the agent of an AGENT task without an agent.',
    }),
    agentId: t.id({ description: 'The agent.' }),
    model: t.string({ description: 'The model. Absent: that of the agent, or a chosen one.' }),
    templateId: t.id({ description: 'TEMPLATE: the template; alternatively give its name.' }),
    templateName: t.string({ description: 'TEMPLATE: the name of the template.' }),
  }),
});

const CalibrationBinType = builder.objectRef<CalibrationBin>('CalibrationBin').implement({
  description: 'Tasks with a similar predicted probability of success.',
  fields: (t) => ({
    low: t.exposeFloat('low', { description: 'Lower bound of the probability, inclusive.' }),
    high: t.exposeFloat('high', { description: 'Upper bound of the probability.' }),
    count: t.exposeInt('tasks', { description: 'Number of tasks.' }),
    meanPredicted: t.exposeFloat('predicted', { description: 'Mean predicted probability.' }),
    observedRate: t.exposeFloat('observed', { description: 'Share of tasks that succeeded.' }),
  }),
});

const PredictionCalibrationType = builder
  .objectRef<PredictionCalibration>('PredictionCalibration')
  .implement({
    description:
      "How accurate the predictions stored with the viewer's tasks were, over the last 10000 tasks that completed or failed.",
    fields: (t) => ({
      sampleSize: t.exposeInt('tasks', { description: 'Number of tasks with a prediction.' }),
      succeeded: t.exposeInt('succeeded', { description: 'Number of them that succeeded.' }),
      brierScore: t.exposeFloat('brierScore', {
        nullable: true,
        description:
          'Brier score, the mean squared error of the predicted probabilities: 0 is perfect, 0.25 is as good as a coin toss; null: there are none.',
      }),
      baseRateBrierScore: t.exposeFloat('baseRateBrierScore', {
        nullable: true,
        description: 'Brier score of always predicting the share of all these tasks that succeeded.',
      }),
      skill: t.float({
        nullable: true,
        description:
          'Brier skill score, the improvement over that: 1 is perfect, 0 equally good, negative worse; null: all tasks had the same outcome.',
        resolve: ({ brierScore, baseRateBrierScore }) =>
          brierScore !== null && baseRateBrierScore ? 1 - brierScore / baseRateBrierScore : null,
      }),
      bins: t.expose('bins', {
        type: [CalibrationBinType],
        description: 'Ten bins of equal width, lowest first; empty ones are omitted.',
      }),
      intervalCoverage: t.float({
        nullable: true,
        description:
          'Share of succeeded tasks whose duration was between `low` and `high`; 0.8 is ideal. Null: none succeeded.',
        resolve: ({ succeeded, withinInterval }) => (succeeded === 0 ? null : withinInterval / succeeded),
      }),
    }),
  });

builder.queryFields((t) => ({
  predictTask: t.field({
    type: TaskPredictionType,
    nullable: true,
    description: 'Predicts the outcome of a task, as `createTask` does with `predict`. Creates nothing.',
    complexity: PREDICTION_COST,
    args: { input: t.arg({ type: PredictTaskInput, required: true }) },
    resolve: (_root, { input }, context) =>
      predictTask(context, {
        ...input,
        agentId: optionalId('Agent', input.agentId, 'input.agentId'),
        templateId: optionalId('Template', input.templateId, 'input.templateId'),
      }),
  }),
  predictionCalibration: t.field({
    type: PredictionCalibrationType,
    nullable: true,
    description: "How accurate the viewer's predictions were.",
    complexity: PREDICTION_COST,
    resolve: (_root, _arguments, context) => predictionCalibration(context),
  }),
}));

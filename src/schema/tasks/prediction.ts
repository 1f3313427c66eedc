import { predictionCalibration, predictTask } from '../../resolvers/tasks/prediction.ts';
import type { CalibrationBin, PredictionCalibration } from '../../store/analytics/prediction-calibration.ts';
import { builder } from '../builder/builder.ts';
import { PREDICTION_COST } from '../builder/computation-cost.ts';
import { localId } from '../builder/global-id.ts';
import { TaskKindEnum } from '../runs/task-enums.ts';
import { TaskPredictionType } from './task-prediction.ts';

const PredictTaskInput = builder.inputType('PredictTaskInput', {
  description: 'What of a task a prediction goes by; everything as in `createTask`.',
  fields: (t) => ({
    kind: t.field({
      type: TaskKindEnum,
      description: 'Absent: TEMPLATE when a template is named, AGENT when an agent is, else PROMPT.',
    }),
    type: t.string({
      description: 'What kind of work it is. Chooses the agent of an AGENT that names none.',
    }),
    agentId: t.id({ description: 'Who does it.' }),
    model: t.string({ description: "The model. Absent: the agent's, or chosen." }),
    templateId: t.id({ description: 'TEMPLATE: which one; or give its name.' }),
    templateName: t.string({ description: 'TEMPLATE: which one, by its name.' }),
  }),
});

const CalibrationBinType = builder.objectRef<CalibrationBin>('CalibrationBin').implement({
  description: 'Tasks that were predicted to be about as likely to succeed.',
  fields: (t) => ({
    low: t.exposeFloat('low', { description: 'The least probability in it.' }),
    high: t.exposeFloat('high', { description: 'The least probability above it.' }),
    count: t.exposeInt('tasks', { description: 'How many tasks.' }),
    meanPredicted: t.exposeFloat('predicted', { description: 'The mean of what was predicted.' }),
    observedRate: t.exposeFloat('observed', { description: 'The share that succeeded.' }),
  }),
});

const PredictionCalibrationType = builder
  .objectRef<PredictionCalibration>('PredictionCalibration')
  .implement({
    description:
      "How good the predictions were that the viewer's tasks were made with: those among the last 10000 tasks that ended by themselves.",
    fields: (t) => ({
      sampleSize: t.exposeInt('tasks', { description: 'How many there are.' }),
      succeeded: t.exposeInt('succeeded', { description: 'How many of them did what was asked.' }),
      brierScore: t.exposeFloat('brierScore', {
        nullable: true,
        description:
          'The mean of the squares of the errors of the probabilities: 0 at best, 0.25 for a coin; null: there are none.',
      }),
      baseRateBrierScore: t.exposeFloat('baseRateBrierScore', {
        nullable: true,
        description: 'The same for somebody who says of each task the share of all of them that succeeded.',
      }),
      skill: t.float({
        nullable: true,
        description:
          'By which part it is better than that: 1 at best, 0 as good, negative when worse; null: they all came to the same.',
        resolve: ({ brierScore, baseRateBrierScore }) =>
          brierScore !== null && baseRateBrierScore ? 1 - brierScore / baseRateBrierScore : null,
      }),
      bins: t.expose('bins', {
        type: [CalibrationBinType],
        description: 'Ten of equal width, the lowest first; empty ones are left out.',
      }),
      intervalCoverage: t.float({
        nullable: true,
        description:
          'The share of those that succeeded whose duration lay between `low` and `high`; 0.8 is right. Null: none succeeded.',
        resolve: ({ succeeded, withinInterval }) => (succeeded === 0 ? null : withinInterval / succeeded),
      }),
    }),
  });

builder.queryFields((t) => ({
  predictTask: t.field({
    type: TaskPredictionType,
    nullable: true,
    description: 'What is to be expected of a task, as `createTask` tells it with `predict`; makes nothing.',
    complexity: PREDICTION_COST,
    args: { input: t.arg({ type: PredictTaskInput, required: true }) },
    resolve: (_root, { input }, context) =>
      predictTask(context, {
        ...input,
        agentId: input.agentId && localId('Agent', input.agentId, 'input.agentId'),
        templateId: input.templateId && localId('Template', input.templateId, 'input.templateId'),
      }),
  }),
  predictionCalibration: t.field({
    type: PredictionCalibrationType,
    nullable: true,
    description: 'How good the predictions of the viewer were.',
    complexity: PREDICTION_COST,
    resolve: (_root, _arguments, context) => predictionCalibration(context),
  }),
}));

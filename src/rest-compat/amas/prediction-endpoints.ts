import { z } from 'zod';
import { endpoint } from '../definitions/endpoint.ts';
import { graphql } from '../handling/documents.ts';
import { jsonBody, text } from '../shapes/input.ts';
import { PREDICTION, predictionShape, showPrediction } from './prediction-shape.ts';
import { TASK_NAMES } from './task-shape.ts';
import { workParameters } from './work-parameters.ts';

export const predictionEndpoints = [
  endpoint({
    method: 'POST',
    path: '/api/v1/predictions/predict/task',
    access: 'account',
    names: TASK_NAMES,
    input: z.object({
      body: jsonBody({ task_type: text(), target: text().nullish(), parameters: workParameters.nullish() }),
    }),
    document: graphql(
      'query predictTask($input: PredictTaskInput!) { predictTask(input: $input) { ...Prediction } }',
      [PREDICTION],
    ),
    variables: ({ body: { task_type, parameters } }) => ({
      input: { kind: 'AGENT' as const, type: task_type, model: parameters?.model ?? null },
    }),
    body: predictionShape,
    respond: ({ predictTask }) => showPrediction(predictTask),
    status: 200,
  }),
];

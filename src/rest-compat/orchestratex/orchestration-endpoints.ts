import { z } from 'zod';
import { endpoint } from '../definitions/endpoint.ts';
import { graphql } from '../handling/documents.ts';
import { integer, jsonBody, list, number, path, text } from '../shapes/input.ts';
import { globalIdOf } from '../shapes/output.ts';
import { ORCHESTRATION_FIELDS, orchestrationShape, toOrchestration } from './orchestration-shape.ts';

const settings = jsonBody({
  max_iterations: integer().nullish(),
  preferred_models: list(text()).nullish(),
  evaluation_threshold: number().nullish(),
});

export const orchestrationEndpoints = [
  endpoint({
    method: 'POST',
    path: '/api/orchestration/start',
    access: 'account',
    input: z.object({ body: jsonBody({ thread_id: text(), prompt: text(), settings: settings.nullish() }) }),
    document: graphql(`mutation startOrchestration($input: StartOrchestrationInput!) {
      startOrchestration(input: $input) { orchestration { ${ORCHESTRATION_FIELDS} } }
    }`),
    variables: ({ body: { thread_id, prompt, settings } }) => ({
      input: {
        threadId: globalIdOf('Thread', thread_id),
        prompt,
        maxIterations: settings?.max_iterations ?? null,
        preferredModels: settings?.preferred_models ?? null,
        evaluationThreshold: settings?.evaluation_threshold ?? null,
      },
    }),
    names: {
      max_iterations: 'settings.max_iterations',
      preferred_models: 'settings.preferred_models',
      evaluation_threshold: 'settings.evaluation_threshold',
    },
    body: orchestrationShape,
    respond: ({ startOrchestration: { orchestration } }) => toOrchestration(orchestration),
    status: 200,
  }),

  endpoint({
    method: 'GET',
    path: '/api/orchestration/status/{orchestration_id}',
    access: 'account',
    input: z.object({ params: path('orchestration_id') }),
    document: graphql(`query orchestration($id: ID!) { orchestration(id: $id) { ${ORCHESTRATION_FIELDS} } }`),
    variables: ({ params }) => ({ id: globalIdOf('Orchestration', params.orchestration_id) }),
    body: orchestrationShape,
    respond: ({ orchestration }) => toOrchestration(orchestration),
    status: 200,
  }),
];

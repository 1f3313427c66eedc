import { z } from 'zod';
import { DomainError } from '../../../errors.ts';
import { endpoint } from '../../definitions/endpoint.ts';
import { graphql } from '../../handling/documents.ts';
import { integer, jsonBody, list, number, oneOf, path, text } from '../../shapes/input.ts';
import { lowerCase, upperCase } from '../../shapes/output.ts';
import { CAPABILITY_WORDS } from './model-shape.ts';
import { PROVIDER_WORDS, providersOf } from './provider-words.ts';
import {
  CANDIDATE,
  type Candidate,
  candidatesOf,
  SELECTION,
  selectionShape,
  showSelection,
} from './selection-shape.ts';

/** Assumed input for estimates if no size is given. */
const USUAL_TOKENS = 1_000;

const NAMES = {
  input_tokens: 'context_size',
  context_window: 'context_size',
  type: 'task_type',
  'by.name': 'model_id',
};

const tokensOf = ({ context_size: size }: { context_size?: number | null | undefined }) =>
  size ?? USUAL_TOKENS;

export const modelSelectionEndpoints = [
  endpoint({
    method: 'POST',
    path: '/api/v1/models/{model_id}/select',
    access: 'account',
    names: NAMES,
    input: z.object({
      params: path('model_id'),
      body: jsonBody({ task_type: text().nullish(), context_size: integer().nullish() }),
    }),
    before: {
      document: graphql(
        `query model($name: String!, $tokens: Int!) {
          model(by: { name: $name }) { ...Candidate }
          providers { id: provider configured }
        }`,
        [CANDIDATE],
      ),
      variables: ({ params, body }) => ({ name: params.model_id, tokens: tokensOf(body) }),
    },
    document: SELECTION,
    variables: ({ body }, { model, providers }) => {
      const isConfigured = providers.some(({ id, configured }) => id === model.provider && configured);
      refuseUnfit(model, tokensOf(body), isConfigured);
      return {
        input: { type: body.task_type ?? null, contextWindow: body.context_size ?? null },
        tokens: tokensOf(body),
      };
    },
    body: selectionShape,
    respond: ({ selectModel }, { body }, { model }) => {
      const others = candidatesOf(selectModel).filter(({ id }) => id !== model.id);
      return showSelection([model, ...others], tokensOf(body));
    },
    status: 200,
  }),

  endpoint({
    method: 'POST',
    path: '/api/v1/orchestration/model-selection',
    access: 'account',
    names: NAMES,
    input: z.object({
      body: jsonBody({
        task_type: text().nullish(),
        required_capabilities: list(oneOf(CAPABILITY_WORDS)).nullish(),
        context_size: integer().nullish(),
        cost_sensitivity: number().nullish(),
        preferred_provider: oneOf(PROVIDER_WORDS).nullish(),
      }),
    }),
    before: {
      document: graphql('query providers { providers { id: provider configured } }'),
      variables: () => ({}),
    },
    document: SELECTION,
    variables: ({ body }, { providers }) => {
      const preferred = body.preferred_provider ? providersOf(body.preferred_provider) : [];
      const ready = preferred.find((word) =>
        providers.some(({ id, configured }) => id === word && configured),
      );
      return {
        input: {
          type: body.task_type ?? null,
          requiredCapabilities: body.required_capabilities?.map(upperCase) ?? null,
          contextWindow: body.context_size ?? null,
          costSensitivity: body.cost_sensitivity ?? null,
          preferredProvider: ready ?? preferred[0] ?? null,
        },
        tokens: tokensOf(body),
      };
    },
    body: selectionShape,
    respond: ({ selectModel }, { body }) => showSelection(candidatesOf(selectModel), tokensOf(body)),
    status: 200,
  }),
];

/** @throws DomainError for a model that a task could not have */
function refuseUnfit(model: Candidate, tokens: number, isConfigured: boolean): void {
  const { modelId, provider, contextWindow, isActive, estimatedCost } = model;
  if (!isActive) throw unfit('model_id', `${modelId} is not active`);
  if (!isConfigured)
    throw unfit('model_id', `${modelId} is served by ${lowerCase(provider)}, which is not configured`);
  if (estimatedCost === null) throw unfit('model_id', `the price of ${modelId} is unknown`);
  if (contextWindow !== null && tokens > contextWindow)
    throw unfit('context_size', `must be at most ${contextWindow} for ${modelId}`);
}

function unfit(field: string, message: string): DomainError {
  return new DomainError('VALIDATION_ERROR', `${field}: ${message}`, { field });
}

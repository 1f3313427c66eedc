import { z } from 'zod';
import { PROVIDERS } from '../../vocabulary.ts';
import { endpoint } from '../dialect.ts';
import { graphql } from '../documents.ts';
import { oneOf, upperCase } from '../input.ts';
import { lowerCase } from '../output.ts';

/** The four of the document, and those whose models it could not know; the list shows all, and so takes all. */
const provider = oneOf(PROVIDERS);

export const modelEndpoints = [
  endpoint({
    method: 'GET',
    path: '/api/models',
    access: 'account',
    input: z.object({ query: z.object({ provider: provider.optional() }) }),
    document: graphql(`query models($provider: Provider) {
      models(filter: { provider: $provider, isActive: true }, first: 100) {
        nodes { modelId name provider contextWindow supportsVision supportsFunctionCalling }
      }
      providers { id configured }
    }`),
    variables: ({ query }) => ({ provider: query.provider ? upperCase(query.provider) : null }),
    respond: ({ models, providers }) => {
      const configured = providers.filter((each) => each.configured).map(({ id }) => id);
      return {
        models: models.nodes
          .filter((model) => configured.includes(model.provider))
          .map((model) => ({
            id: model.modelId,
            name: model.name,
            provider: lowerCase(model.provider),
            context_window: model.contextWindow,
            supports_vision: model.supportsVision,
            supports_function_calling: model.supportsFunctionCalling,
          })),
      };
    },
    status: 200,
  }),

  endpoint({
    method: 'GET',
    path: '/api/providers',
    access: 'account',
    input: z.object({}),
    document: graphql(`query providers {
      providers { id name configured modelsCount }
      selectModel(input: {}) { selected { model { modelId } } }
    }`),
    variables: () => ({}),
    respond: ({ providers, selectModel }) => ({
      providers: providers.map(({ id, name, configured, modelsCount }) => ({
        id: lowerCase(id),
        name,
        configured,
        models_count: configured ? modelsCount : 0,
      })),
      default_model: selectModel.selected.model.modelId,
    }),
    status: 200,
  }),
];

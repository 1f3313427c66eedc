import { z } from 'zod';
import { PROVIDERS } from '../../vocabulary.ts';
import { endpoint } from '../definitions/endpoint.ts';
import { graphql } from '../handling/documents.ts';
import { oneOf } from '../shapes/input.ts';
import { lowerCase } from '../shapes/output.ts';
import { withoutReplaced } from '../shapes/replaced-models.ts';
import { WHOLE_LIST } from '../shapes/whole-list.ts';

/** The four documented ones, and later ones; the list shows all, so all are accepted. */
const provider = oneOf(PROVIDERS);

export const modelEndpoints = [
  endpoint({
    method: 'GET',
    path: '/api/models',
    access: 'account',
    input: z.object({ query: z.object({ provider: provider.optional() }) }),
    before: {
      document: graphql('query providers { providers { id: provider configured } }'),
      variables: () => ({}),
    },
    document: graphql(`query models($providers: [Provider!]!, $first: Int!, $offset: Int!) {
      models(filter: { providers: $providers, isActive: true }, first: $first, offset: $offset) {
        nodes { modelId name provider isBuiltIn contextWindow supportsVision supportsFunctionCalling }
      }
    }`),
    paged: true,
    variables: ({ query }, { providers }) => {
      const wanted = providers.filter(({ id }) => !query.provider || lowerCase(id) === query.provider);
      return { providers: wanted.filter(({ configured }) => configured).map(({ id }) => id), ...WHOLE_LIST };
    },
    body: z.object({
      models: z.array(
        z.object({
          id: z.string(),
          name: z.string(),
          provider: z.enum(PROVIDERS),
          context_window: z.int().nullable(),
          supports_vision: z.boolean(),
          supports_function_calling: z.boolean(),
        }),
      ),
    }),
    respond: ({ models }) => ({
      models: withoutReplaced(models.nodes).map((model) => ({
        id: model.modelId,
        name: model.name,
        provider: lowerCase(model.provider),
        context_window: model.contextWindow,
        supports_vision: model.supportsVision,
        supports_function_calling: model.supportsFunctionCalling,
      })),
    }),
    status: 200,
  }),

  endpoint({
    method: 'GET',
    path: '/api/providers',
    access: 'account',
    input: z.object({}),
    document: graphql(`query providers {
      providers { id: provider name configured modelsCount }
      selectModel(input: {}) { selected { model { modelId } } }
    }`),
    variables: () => ({}),
    body: z.object({
      providers: z.array(
        z.object({ id: z.enum(PROVIDERS), name: z.string(), configured: z.boolean(), models_count: z.int() }),
      ),
      default_model: z.string(),
    }),
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

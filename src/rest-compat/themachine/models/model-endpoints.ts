import { z } from 'zod';
import { endpoint } from '../../definitions/endpoint.ts';
import { graphql } from '../../handling/documents.ts';
import { oneOf, path } from '../../shapes/input.ts';
import { lowerCase } from '../../shapes/output.ts';
import { queryFlag } from '../../shapes/query.ts';
import { withoutReplaced } from '../../shapes/replaced-models.ts';
import { deleted, messageShape } from '../deletion-message.ts';
import { modelRange } from '../ranges.ts';
import { modelChange, newModel, refuseAnother, settingsOf } from './model-change.ts';
import { nameAsked, namesIn } from './model-names.ts';
import { CAPABILITY_WORDS, MODEL, modelShape, showModel } from './model-shape.ts';
import { PROVIDER_WORD, PROVIDER_WORDS, providersOf } from './provider-words.ts';

const oneModel = z.object({ params: path('model_id') });

/** More than a catalog has. */
const WHOLE_CATALOG = { first: 10_000, offset: 0 };

const NAMES = { model_id: 'id', 'by.name': 'name' };

const byName = {
  document: graphql('query model($name: String!) { model(by: { name: $name }) { ...Model } }', [MODEL]),
  variables: ({ params }: z.output<typeof oneModel>) => ({ name: params.model_id }),
};

export const modelEndpoints = [
  endpoint({
    method: 'GET',
    path: '/api/v1/models',
    access: 'account',
    input: z.object({
      query: z.object({
        provider: oneOf(PROVIDER_WORDS).optional(),
        capability: oneOf(CAPABILITY_WORDS).optional(),
        is_active: queryFlag().optional(),
        ...modelRange,
      }),
    }),
    document: graphql(
      'query models($first: Int!, $offset: Int!) { models(first: $first, offset: $offset) { nodes { ...Model } } }',
      [MODEL],
    ),
    paged: true,
    // The name of a model depends on all others, and whether it has a price is not known to the database.
    variables: () => WHOLE_CATALOG,
    body: z.array(modelShape),
    respond: ({ models }, { query: { provider, capability, is_active, limit, offset } }) => {
      const nodes = withoutReplaced(models.nodes);
      const nameIn = namesIn(nodes);
      return nodes
        .filter((model) => model.prices !== null)
        .filter((model) => provider === undefined || PROVIDER_WORD[model.provider] === provider)
        .filter((model) => capability === undefined || model.capabilities.map(lowerCase).includes(capability))
        .filter((model) => is_active === undefined || model.isActive === is_active)
        .slice(offset, offset + limit)
        .map((model) => showModel(model, nameIn(model)));
    },
    status: 200,
  }),

  endpoint({
    method: 'GET',
    path: '/api/v1/models/{model_id}',
    access: 'account',
    names: { 'by.name': 'model_id' },
    input: oneModel,
    ...byName,
    body: modelShape,
    respond: ({ model }, { params }) => showModel(model, nameAsked(model, params.model_id)),
    status: 200,
  }),

  endpoint({
    method: 'POST',
    path: '/api/v1/models',
    access: 'account',
    names: NAMES,
    input: z.object({ body: newModel }),
    before: {
      document: graphql(
        `query models($search: String!) {
          viewer { isAdmin }
          models(filter: { search: $search }, first: 1000) { nodes { ...Model } }
        }`,
        [MODEL],
      ),
      variables: ({ body }) => ({ search: body.id }),
    },
    document: graphql(
      'mutation createModel($input: CreateModelInput!) { createModel(input: $input) { model { ...Model } } }',
      [MODEL],
    ),
    variables: ({ body }, { viewer }) => {
      const { prices, ...settings } = settingsOf(body, null);
      const [provider] = providersOf(body.provider);
      // An admin's prices count for all accounts.
      const priced = prices ? { prices, isBuiltIn: viewer.isAdmin } : {};
      return { input: { modelId: body.id, provider, ...settings, ...priced } };
    },
    body: modelShape,
    respond: ({ createModel: { model } }, _given, { models }) =>
      showModel(model, namesIn(withoutReplaced([...models.nodes, model]))(model)),
    status: 200,
  }),

  endpoint({
    method: 'PATCH',
    path: '/api/v1/models/{model_id}',
    access: 'account',
    names: NAMES,
    input: z.object({ ...oneModel.shape, body: modelChange }),
    before: byName,
    document: graphql(
      `mutation updateModel($input: UpdateModelInput!, $changes: Boolean!) {
        updateModel(input: $input) @include(if: $changes) { model { ...Model } }
      }`,
      [MODEL],
    ),
    variables: ({ params, body }, { model }) => {
      refuseAnother(body, model, params.model_id);
      const settings = settingsOf(body, model);
      return { input: { id: model.id, ...settings }, changes: Object.keys(settings).length > 0 };
    },
    body: modelShape,
    respond: ({ updateModel }, { params }, { model }) =>
      showModel(updateModel?.model ?? model, nameAsked(model, params.model_id)),
    status: 200,
  }),

  endpoint({
    method: 'DELETE',
    path: '/api/v1/models/{model_id}',
    access: 'account',
    names: { 'by.name': 'model_id' },
    input: oneModel,
    before: byName,
    document: graphql(
      'mutation deleteModel($input: DeleteModelInput!) { deleteModel(input: $input) { deletedId } }',
    ),
    variables: (_given, { model }) => ({ input: { id: model.id } }),
    body: messageShape,
    respond: (_data, { params }) => deleted('Model', params.model_id),
    status: 200,
  }),
];

import { z } from 'zod';
import { DomainError } from '../../errors.ts';
import { endpoint } from '../definitions/endpoint.ts';
import { graphql } from '../handling/documents.ts';
import { path } from '../shapes/input.ts';
import { MOST_LISTED, wholeRange } from '../shapes/whole-list.ts';
import { findNamed, NAME_FIELDS, named } from './model-names.ts';
import { modelShape, toModel } from './model-shape.ts';

/** The whole catalog: the name of a model depends on the others. */
const CATALOG = graphql(`query models($first: Int!) {
  models(first: $first) {
    nodes {
      ${NAME_FIELDS}
      version
      specialties
      prices { input }
      contextWindow
      isActive
      createdAt
      updatedAt
    }
  }
  providers { id: provider modelsCount }
}`);

const variables = () => ({ first: MOST_LISTED });

export const modelEndpoints = [
  endpoint({
    method: 'GET',
    path: '/api/models/',
    access: 'account',
    input: z.object({ query: z.object(wholeRange) }),
    document: CATALOG,
    variables,
    body: z.array(modelShape),
    respond: ({ models, providers }, { query: { limit, offset } }) =>
      named(models.nodes)
        .filter(({ model }) => model.prices !== null)
        .slice(offset, offset + limit)
        .map((model) => toModel(model, providers)),
    status: 200,
  }),

  endpoint({
    method: 'GET',
    path: '/api/models/{model_name}',
    access: 'account',
    input: z.object({ params: path('model_name') }),
    document: CATALOG,
    variables,
    body: modelShape,
    respond({ models, providers }, { params }) {
      const found = findNamed(named(models.nodes), params.model_name);
      if (found) return toModel(found, providers);
      throw new DomainError('NOT_FOUND', 'model_name: there is no such model', { field: 'model_name' });
    },
    status: 200,
  }),
];

import SchemaBuilder from '@pothos/core';
import ComplexityPlugin from '@pothos/plugin-complexity';
import RelayPlugin from '@pothos/plugin-relay';
import type { GraphQLScalarType } from 'graphql';
import { DateTimeResolver } from 'graphql-scalars';
import type { Context } from '../../context.ts';
import { globalId, nodeId } from './global-id.ts';
import { JsonScalar } from './json-scalar.ts';

declare module 'graphql' {
  interface GraphQLFieldExtensions<_TSource, _TContext, _TArgs> {
    /** Columns that the field reads in a list, when they do not have its name. */
    columns?: readonly string[];
  }
}

export interface SchemaTypes {
  Context: Context;
  DefaultFieldNullability: false;
  Scalars: {
    DateTime: { Input: Date; Output: Date };
    JSON: { Input: unknown; Output: unknown };
  };
}

export const builder = new SchemaBuilder<SchemaTypes>({
  plugins: [RelayPlugin, ComplexityPlugin],
  defaultFieldNullability: false,
  // Measured before execution, and not for the dialects' own documents: by http/cost.ts.
  complexity: { disabled: true },
  relay: {
    // A connection's field costs by its page's length already.
    nodesOnConnection: { complexity: { field: 1, multiplier: 1 } },
    edgesFieldOptions: { complexity: { field: 1, multiplier: 1 } },
    pageInfoFieldOptions: { complexity: { field: 0, multiplier: 0 } },
    encodeGlobalID: globalId,
    decodeGlobalID: nodeId,
    nodeTypeOptions: { description: 'Anything that can be asked for by its id.' },
    pageInfoTypeOptions: { description: 'Where a page stands in its list.' },
    nodeQueryOptions: {
      description: 'Any object by its id. Null with NOT_FOUND when it is not there or not yours.',
    },
    nodesQueryOptions: false,
  },
});

builder.addScalarType(
  'DateTime',
  described(DateTimeResolver, 'A moment, as ISO 8601 text with a time zone: `2030-01-01T00:00:00Z`.'),
);
builder.addScalarType('JSON', JsonScalar);

builder.queryType({ description: "What can be read. Everything is the viewer's own, or built in." });
builder.mutationType({
  description: 'What can be done. Every mutation takes one `input` and answers with a payload of its own.',
});
builder.subscriptionType({ description: 'What can be followed, over graphql-ws or server-sent events.' });

function described<Scalar extends GraphQLScalarType>(scalar: Scalar, description: string): Scalar {
  scalar.description = description;
  return scalar;
}

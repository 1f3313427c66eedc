import SchemaBuilder from '@pothos/core';
import ComplexityPlugin from '@pothos/plugin-complexity';
import RelayPlugin from '@pothos/plugin-relay';
import type { GraphQLScalarType } from 'graphql';
import { DateTimeResolver } from 'graphql-scalars';
import type { Context } from '../../context.ts';
import type { ListTotal } from '../../resolvers/request/page.ts';
import { globalId } from './global-id.ts';
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
  /** What every connection has, beside its page. */
  Connection: { total(): Promise<ListTotal> };
  Scalars: {
    DateTime: { Input: Date; Output: Date };
    JSON: { Input: unknown; Output: unknown };
  };
}

export const builder = new SchemaBuilder<SchemaTypes>({
  plugins: [RelayPlugin, ComplexityPlugin],
  defaultFieldNullability: false,
  // Complexity is measured before execution by http/cost.ts, and not for the documents of the dialects.
  complexity: { disabled: true },
  relay: {
    // The cost of a connection already includes the length of its page.
    nodesOnConnection: {
      complexity: { field: 1, multiplier: 1 },
      description: 'The items of the page, in order.',
    },
    edgesFieldOptions: {
      complexity: { field: 1, multiplier: 1 },
      description: 'The same items with their cursors.',
    },
    pageInfoFieldOptions: {
      complexity: { field: 0, multiplier: 0 },
      description: 'Where the page is in the list, for reading adjacent pages.',
    },
    nodeFieldOptions: { description: 'The item.' },
    cursorFieldOptions: { description: 'The position of the item, for `after` and `before`.' },
    hasNextPageFieldOptions: { description: 'Whether items follow the page.' },
    hasPreviousPageFieldOptions: { description: 'Whether items precede the page.' },
    startCursorFieldOptions: { description: 'Cursor of the first item; null: the page is empty.' },
    endCursorFieldOptions: { description: 'Cursor of the last item; null: the page is empty.' },
    firstArgOptions: { description: 'Length of the page, from the beginning of the range.' },
    lastArgOptions: { description: 'Length of the page, from the end of the range; instead of `first`.' },
    afterArgOptions: { description: 'A cursor: only items after it.' },
    beforeArgOptions: { description: 'A cursor: only items before it.' },
    idFieldOptions: { description: 'Global id, unique in the installation.' },
    encodeGlobalID: globalId,
    nodeTypeOptions: { description: 'An object that `node` finds by its global id.' },
    pageInfoTypeOptions: { description: 'Position of a page in its list.' },
    // In node.ts: both read by way of one table.
    nodeQueryOptions: false,
    nodesQueryOptions: false,
  },
});

/** Per item of the page: a count of 10,000 rows takes as long as resolving some hundreds of fields. */
const COUNT_COST = 5;

builder.globalConnectionFields((t) => ({
  totalCount: t.int({
    description:
      'Number of items in the list, on all its pages. Runs are counted exactly if they are filtered by nothing else than one of: status (not of executions), type, kind of task, session, or session and status. Other lists are counted up to 10000, which is the number when there are more.',
    complexity: COUNT_COST,
    resolve: async ({ total }) => (await total()).count,
  }),
  isTotalCountExact: t.boolean({
    description:
      'Whether `totalCount` is exact. False: the list has more than 10000 items, and they were not counted.',
    complexity: COUNT_COST,
    resolve: async ({ total }) => (await total()).isExact,
  }),
}));

builder.addScalarType(
  'DateTime',
  specified(
    DateTimeResolver,
    'https://scalars.graphql.org/andimarek/date-time.html',
    'A point in time as ISO 8601 text with a time zone: `2030-01-01T00:00:00Z`.',
  ),
);
builder.addScalarType('JSON', JsonScalar);

builder.queryType({
  description: 'All queries. They return objects that belong to the viewer or are built in.',
});
builder.mutationType({
  description: 'All mutations. Each takes one argument `input` and returns a payload type of its own.',
});
builder.subscriptionType({ description: 'All subscriptions, over graphql-ws or server-sent events.' });

/** With the format, which code generators look up. */
function specified<Scalar extends GraphQLScalarType>(
  scalar: Scalar,
  url: string,
  description: string,
): Scalar {
  scalar.description = description;
  scalar.specifiedByURL = url;
  return scalar;
}

import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { JSONResolver } from 'graphql-scalars';
import { isKept, WHAT_IS_KEPT } from '../../rules/json/numbers.ts';

/** The JSON scalar of graphql-scalars, except for literals with numbers that JavaScript would change. */
export const JsonScalar = new GraphQLScalarType({
  ...JSONResolver.toConfig(),
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
  description:
    'Any JSON value. Integers beyond 2^53 that a double cannot hold are rejected: send them as strings.',
  parseLiteral(node, variables) {
    refuseUnkept(node);
    return JSONResolver.parseLiteral(node, variables);
  },
});

function refuseUnkept(node: ValueNode): void {
  if (node.kind === Kind.LIST) for (const item of node.values) refuseUnkept(item);
  else if (node.kind === Kind.OBJECT) for (const field of node.fields) refuseUnkept(field.value);
  else if ((node.kind === Kind.INT || node.kind === Kind.FLOAT) && !isKept(node.value)) {
    throw new GraphQLError(WHAT_IS_KEPT, { nodes: node, extensions: { code: 'VALIDATION_ERROR' } });
  }
}

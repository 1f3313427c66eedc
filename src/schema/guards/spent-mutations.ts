import type { GraphQLSchema } from 'graphql';
import type { Context } from '../../context.ts';

/**
 * Has no further mutation of a document begin once those before it have read as much as its answer may hold. One that
 * has begun is finished, and its statements are not cut off. @returns the same schema
 */
export function refuseSpentMutations(schema: GraphQLSchema): GraphQLSchema {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const { resolve } = field;
    field.resolve = (parent, args, context: Context, info) => {
      if (context.reads.spent) throw context.reads.spent;
      return resolve?.(parent, args, context, info);
    };
  }
  return schema;
}

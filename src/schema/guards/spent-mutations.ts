import type { GraphQLSchema } from 'graphql';
import type { Context } from '../../context.ts';

/**
 * Skips the remaining mutations of a document once the earlier ones have read as much as its response may
 * hold. A mutation that has begun is finished, and its statements are not interrupted. @returns the same
 * schema
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

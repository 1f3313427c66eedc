import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { type NodeId, readNodes } from '../../resolvers/nodes/nodes.ts';
import { builder } from '../builder/builder.ts';
import { decodeId } from '../builder/global-id.ts';

const MAX_IDS = 100;

builder.queryFields((t) => ({
  node: t.field({
    type: builder.nodeInterfaceRef(),
    nullable: true,
    description:
      'Any object by its global id. Null, with the error NOT_FOUND, if it does not exist or belongs to another account.',
    args: { id: t.arg.id({ required: true, description: 'The object.' }) },
    resolve: async (_root, { id }, context) => {
      const [found] = await typed(context, [decodeId(id)]);
      if (!found) throw notFound('id', 'there is no such object');
      return found;
    },
  }),
  nodes: t.field({
    type: [builder.nodeInterfaceRef()],
    nullable: { list: false, items: true },
    description:
      'Many objects of any types by their global ids, in that order. Null for each that does not exist or belongs to another account; text that cannot be a global id additionally gets the error NOT_FOUND.',
    complexity: ({ ids }) => ({ field: 1, multiplier: Math.min(ids.length, MAX_IDS) }),
    args: { ids: t.arg.idList({ required: true, description: 'At most 100, repeated ones included.' }) },
    resolve: async (_root, { ids }, context) => {
      if (ids.length > MAX_IDS) {
        const message = `ids: must have at most ${MAX_IDS} ids; got ${ids.length}`;
        throw new DomainError('VALIDATION_ERROR', message, { field: 'ids' });
      }
      const decoded = ids.map((id) => decodeId(id));
      const found = await typed(context, decoded);
      return found.map((row, index) =>
        decoded[index] ? row : Promise.reject(notFound(`ids.${index}`, 'is not a global id')),
      );
    },
  }),
}));

/** The type of a node is that of its id; rows do not say it. */
async function typed(context: Context, ids: readonly (NodeId | null)[]): Promise<(object | null)[]> {
  const rows = await readNodes(context, ids);
  return rows.map((row, index) => row && { ...row, __typename: ids[index]?.typename });
}

function notFound(field: string, why: string): DomainError {
  return new DomainError('NOT_FOUND', `${field}: ${why}`, { field });
}

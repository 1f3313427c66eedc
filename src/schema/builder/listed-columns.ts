import type { GraphQLObjectType, GraphQLResolveInfo } from 'graphql';
import { mentionedFields } from './mentioned-fields.ts';

const CURSORS = ['cursor', 'startCursor', 'endCursor'];

/**
 * Columns of tasks that a list has to read: those of the fields' own names, unless a field declares others in its
 * extensions.
 */
export function taskColumns(info: GraphQLResolveInfo): readonly string[] {
  const fields = mentionedFields(info);
  const declared = (info.schema.getType('Task') as GraphQLObjectType).getFields();
  const columns = [...fields].flatMap((name) => declared[name]?.extensions.columns ?? [name]);
  return CURSORS.some((name) => fields.has(name)) ? [...columns, 'orderText'] : columns;
}

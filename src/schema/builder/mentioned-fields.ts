import { type GraphQLResolveInfo, type OperationDefinitionNode, visit } from 'graphql';

/** A document that is parsed once has the same operation object at every execution. */
const known = new WeakMap<OperationDefinitionNode, ReadonlySet<string>>();

/**
 * The names of all fields that occur anywhere in a document. Fields not among them are certainly not
 * selected.
 */
export function mentionedFields({ operation, fragments }: GraphQLResolveInfo): ReadonlySet<string> {
  const found = known.get(operation) ?? collect([operation, ...Object.values(fragments)]);
  known.set(operation, found);
  return found;
}

function collect(definitions: Parameters<typeof visit>[0][]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const definition of definitions)
    visit(definition, { Field: ({ name }) => void names.add(name.value) });
  return names;
}

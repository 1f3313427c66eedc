import { type GraphQLResolveInfo, type OperationDefinitionNode, visit } from 'graphql';

/** Of documents that come often the same operation comes often, as the same object. */
const known = new WeakMap<OperationDefinitionNode, ReadonlySet<string>>();

/** The names of all fields that stand anywhere in a document: what is not among them, nobody asks for. */
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

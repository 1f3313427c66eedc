import { type DocumentNode, Kind, type SelectionSetNode } from 'graphql';

/**
 * Names of the fields that an operation selects at its root. @param seen fragments already expanded, which may refer to each other before the document is
 * validated
 */
export function rootFields(
  document: DocumentNode,
  { selections }: SelectionSetNode,
  seen = new Set<string>(),
): string[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection.name.value];
    if (selection.kind === Kind.INLINE_FRAGMENT) return rootFields(document, selection.selectionSet, seen);
    const name = selection.name.value;
    if (seen.has(name)) return [];
    seen.add(name);
    const fragment = document.definitions.find(
      (each) => each.kind === Kind.FRAGMENT_DEFINITION && each.name.value === name,
    );
    return fragment && 'selectionSet' in fragment
      ? rootFields(document, fragment.selectionSet, seen)
      : [name];
  });
}

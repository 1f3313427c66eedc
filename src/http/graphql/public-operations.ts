import {
  type DocumentNode,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { PUBLIC_MUTATIONS } from '../../schema/guards/scopes.ts';

export interface PublicOperation {
  /** The operation needs no credentials, and ignores those of the request. */
  isPublic: boolean;
}

interface Parameters extends Partial<PublicOperation> {
  params?: { operationName?: string | null };
}

/**
 * A client whose token has expired sends it when it logs in again, so credentials are ignored if the
 * operation only logs in.
 */
export const recognizePublic: Plugin<Parameters> = {
  onParse:
    ({ context }) =>
    ({ result, extendContext }) => {
      if (!(result && 'definitions' in result)) return;
      const operation = getOperationAST(result, context.params?.operationName);
      if (operation && isPublic(result, operation)) extendContext({ isPublic: true });
    },
};

function isPublic(document: DocumentNode, { operation, selectionSet }: OperationDefinitionNode): boolean {
  return operation === 'mutation' && rootFields(document, selectionSet).every(isPublicField);
}

const isPublicField = (name: string) => name === '__typename' || PUBLIC_MUTATIONS.includes(name);

/** @param seen fragments already expanded, which may refer to each other before the document is validated */
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

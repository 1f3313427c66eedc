import { type DocumentNode, getOperationAST, type OperationDefinitionNode } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { PUBLIC_MUTATIONS } from '../../schema/guards/scopes.ts';
import { rootFields } from '../requests/root-fields.ts';

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

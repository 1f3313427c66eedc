import { type ExecutionArgs, getOperationAST } from 'graphql';
import type { Context } from '../../context.ts';
import { REPLICA_READS } from '../../schema/guards/replica-reads.ts';
import { rootFields } from './root-fields.ts';

/**
 * Lets the replica answer queries that have a costly field. Everything in them is read there: an object of a list must
 * not come from a state before that of the list.
 */
export function chooseSource({ document, operationName, contextValue }: ExecutionArgs): void {
  const { store, source } = contextValue as Context;
  if (!store.replica) return;
  const operation = getOperationAST(document, operationName);
  if (operation?.operation !== 'query') return;
  if (rootFields(document, operation.selectionSet).some((name) => REPLICA_READS.has(name)))
    source.allowReplica();
}

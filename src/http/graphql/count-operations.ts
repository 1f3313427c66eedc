import { type DocumentNode, getOperationAST } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { HttpMetrics, OperationOutcome, OperationType } from '../../metrics/http-metrics.ts';

/**
 * Counts operations of all transports, by type and outcome. Operation names are chosen by clients and must
 * not be labels. Must be the first plugin: it does not see operations rejected by plugins before it.
 */
export function countOperations(metrics: HttpMetrics): Plugin {
  return {
    onParse: () => (parsed) => {
      if (parsed.result instanceof Error) metrics.operation('unknown', 'refused');
    },
    onValidate: ({ params }) => {
      return ({ valid }) => {
        if (!valid) metrics.operation(typeOf(params.documentAST, null), 'refused');
      };
    },
    onExecute: ({ args }) => ({
      onExecuteDone({ result }) {
        if (Symbol.asyncIterator in result) return;
        metrics.operation(typeOf(args.document, args.operationName), outcomeOf(result));
      },
    }),
    onSubscribe() {
      let close = () => {};
      return {
        onSubscribeResult({ result }) {
          const isOpen = Symbol.asyncIterator in result;
          metrics.operation('subscription', isOpen ? 'ok' : outcomeOf(result));
          if (!isOpen) return;
          close = metrics.subscriptionOpened();
          return { onEnd: close };
        },
        // A stream that breaks does not end.
        onSubscribeError: () => close(),
      };
    },
  };
}

function typeOf(document: DocumentNode, name: string | null | undefined): OperationType {
  return getOperationAST(document, name)?.operation ?? 'unknown';
}

/** By the specification, the result of an operation that was not executed has no data, not even null. */
function outcomeOf(result: { data?: unknown; errors?: unknown }): OperationOutcome {
  if (!('data' in result)) return 'refused';
  return result.errors ? 'failed' : 'ok';
}

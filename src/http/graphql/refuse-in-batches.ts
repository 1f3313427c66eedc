import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Transport } from '../requests/transport.ts';

/** A batch has one response, which a subscription would never let end. */
export const refuseInBatches: Plugin<Partial<Transport>> = {
  onSubscribe({ args, setResultAndStopExecution }) {
    if (!(args.contextValue as Partial<Transport>).isBatch) return;
    const extensions = { code: 'VALIDATION_ERROR', field: 'query' };
    const message = 'query: a batch must not contain subscriptions';
    setResultAndStopExecution({ errors: [new GraphQLError(message, { extensions })] });
  },
};

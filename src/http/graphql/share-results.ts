import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  executeSubscriptionEvent,
  mapSourceToResponseEvent,
  type ValidatedSubscriptionArgs,
  validateSubscriptionArgs,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../../context.ts';
import { boundResult } from '../limits/bound-answers.ts';

/**
 * Executes an event once for all subscribers with the same operation. The bus passes the same object to all
 * of them, and the result depends only on the operation and its viewer.
 */
export const shareResults: Plugin<Context> = {
  onSubscribe({ setSubscribeFn }) {
    setSubscribeFn(subscribe);
  },
};

/** The same as graphql's own. */
export async function subscribe(args: ExecutionArgs) {
  const validated = validateSubscriptionArgs(args);
  if (isErrors(validated)) return { errors: validated };
  (args.contextValue as Context).reads.suspend();
  const source = await createSourceEventStream(validated);
  return Symbol.asyncIterator in source
    ? mapSourceToResponseEvent(validated, source, executeOnce(operationKey(args)))
    : source;
}

function isErrors<Errors extends readonly unknown[]>(validated: Errors | object): validated is Errors {
  return Array.isArray(validated);
}

type Result = ExecutionResult | Promise<ExecutionResult>;

const results = new WeakMap<object, Map<string, Result>>();

function executeOnce(operation: string) {
  return (args: ValidatedSubscriptionArgs): Result => {
    const event = args.rootValue;
    if (typeof event !== 'object' || event === null) return answerEvent(args);
    const ofEvent = results.get(event) ?? new Map<string, Result>();
    results.set(event, ofEvent);
    const result = ofEvent.get(operation) ?? answerEvent(args);
    ofEvent.set(operation, result);
    return result;
  };
}

/**
 * Each event has its own read budget. Between events the log is read without one, in pages of limited size.
 */
function answerEvent(args: ValidatedSubscriptionArgs): Result {
  const context = args.contextValue as Context;
  const { reads } = context;
  reads.renew();
  const result = executeSubscriptionEvent(args);
  const bound = (given: ExecutionResult) => {
    const bounded = boundResult(given, reads.spent, context);
    if (bounded instanceof Promise) return bounded.finally(() => reads.suspend());
    reads.suspend();
    return bounded;
  };
  if (!(result instanceof Promise)) return bound(result);
  return result.then(bound, (error) => {
    reads.suspend();
    throw error;
  });
}

/** Parsed documents are cached by their text, so the same text is usually the same object. */
const documents = new WeakMap<DocumentNode, number>();
let documentsSeen = 0;

function operationKey({ document, operationName, variableValues, contextValue }: ExecutionArgs): string {
  const known = documents.get(document) ?? ++documentsSeen;
  documents.set(document, known);
  const { viewer } = contextValue as Context;
  return JSON.stringify([known, operationName, variableValues, viewer?.userId, viewer?.isAdmin]);
}

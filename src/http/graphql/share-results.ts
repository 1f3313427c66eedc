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
import { boundResult } from '../overload/bound-answers.ts';
import { nameEvent } from './streams/event-id.ts';

export type Subscribe = (
  args: ExecutionArgs,
) => Promise<ExecutionResult | AsyncGenerator<ExecutionResult, void, void>>;

/**
 * Like `subscribe` of graphql-js, but executes each event only once for all subscribers with the same operation,
 * variables and viewer. The bus passes the same object to all of them.
 */
export function createSubscribe(): Subscribe {
  const executeOnce = createSharedExecution();
  const keyOf = createOperationKeys();
  return async (args) => {
    const validated = validateSubscriptionArgs(args);
    if (isErrors(validated)) return { errors: validated };
    (args.contextValue as Context).reads.suspend();
    const source = await createSourceEventStream(validated);
    return Symbol.asyncIterator in source
      ? mapSourceToResponseEvent(validated, source, executeOnce(keyOf(args)))
      : source;
  };
}

/** Makes GraphQL over HTTP and sockets use `subscribe`. */
export function shareResults(subscribe: Subscribe): Plugin<Context> {
  return {
    onSubscribe({ setSubscribeFn }) {
      setSubscribeFn(subscribe);
    },
  };
}

function isErrors<Errors extends readonly unknown[]>(validated: Errors | object): validated is Errors {
  return Array.isArray(validated);
}

type Result = ExecutionResult | Promise<ExecutionResult>;

function createSharedExecution() {
  const results = new WeakMap<object, Map<string, Result>>();
  return (operation: string) =>
    (args: ValidatedSubscriptionArgs): Result => {
      const event = args.rootValue;
      if (typeof event !== 'object' || event === null) return executeEvent(args);
      const ofEvent = results.get(event) ?? new Map<string, Result>();
      results.set(event, ofEvent);
      const result = ofEvent.get(operation) ?? executeEvent(args);
      ofEvent.set(operation, result);
      return result;
    };
}

/**
 * Each event has its own read budget. Between events the log is read without one, in pages of limited size.
 */
function executeEvent(args: ValidatedSubscriptionArgs): Result {
  const context = args.contextValue as Context;
  const { reads } = context;
  reads.renew();
  const result = executeSubscriptionEvent(args);
  const named = (bounded: ExecutionResult) => {
    reads.suspend();
    nameEvent(bounded, args.rootValue as Parameters<typeof nameEvent>[1]);
    return bounded;
  };
  const bound = (given: ExecutionResult) => {
    const bounded = boundResult(given, reads.spent, context);
    return bounded instanceof Promise ? bounded.then(named, failed) : named(bounded);
  };
  const failed = (error: unknown) => {
    reads.suspend();
    throw error;
  };
  if (!(result instanceof Promise)) return bound(result);
  return result.then(bound, failed);
}

/** Parsed documents are cached by their text, so the same text is usually the same object. */
function createOperationKeys() {
  const documents = new WeakMap<DocumentNode, number>();
  let documentsSeen = 0;
  return ({ document, operationName, variableValues, contextValue }: ExecutionArgs): string => {
    const known = documents.get(document) ?? ++documentsSeen;
    documents.set(document, known);
    const { viewer } = contextValue as Context;
    return JSON.stringify([known, operationName, variableValues, viewer?.userId, viewer?.isAdmin]);
  };
}

import { type ExecutionArgs, type ExecutionResult, GraphQLError, getOperationAST } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { tooLarge } from '../../resolvers/read-budget.ts';
import { statusOf } from '../failures.ts';
import { type AnswerQueue, mayBeLarge } from './answer-queue.ts';
import { checkSize } from './answer-size.ts';
import { shownErrors } from './bound-errors.ts';

/** Limits what an execution reads, the size of its response, and the number of concurrent large responses. */
export function boundAnswers(answerQueue: AnswerQueue): Plugin<Context> {
  return {
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn((args: ExecutionArgs) => executeBounded(answerQueue, args, executeFn));
    },
  };
}

type Execute = (args: ExecutionArgs) => ExecutionResult | Promise<ExecutionResult>;

/** Runs `execute` within the limits; a response that is too large becomes an error in place of the data. */
export async function executeBounded(
  answerQueue: AnswerQueue,
  args: ExecutionArgs,
  execute: Execute,
): Promise<ExecutionResult> {
  const { viewer, reads } = args.contextValue as Context;
  const makeAnswer = async () => execute(args);
  try {
    const result = mayBeLarge(args.document)
      ? await answerQueue.run(viewer?.userId ?? null, makeAnswer)
      : await makeAnswer();
    return boundResult(result, reads.isSpent && !isMutation(args));
  } catch (error) {
    if (error instanceof DomainError) return { errors: [asWhole(error)] };
    throw error;
  }
}

/** @param isCutOff part of the data is missing. Never set for mutations: the client has to see what was done. */
export function boundResult(result: ExecutionResult, isCutOff: boolean): ExecutionResult {
  try {
    if (isCutOff) throw tooLarge();
    checkSize(result.data);
    const { errors } = result;
    return errors && errors.length > 0 ? { ...result, errors: shownErrors(errors) } : result;
  } catch (error) {
    if (error instanceof DomainError) return { errors: [asWhole(error)] };
    throw error;
  }
}

function isMutation({ document, operationName }: ExecutionArgs): boolean {
  return getOperationAST(document, operationName)?.operation === 'mutation';
}

/** An error of the whole request, without a path. */
function asWhole({ code, message, details }: DomainError): GraphQLError {
  const http = {
    status: statusOf(code),
    ...(details.retryAfter !== undefined && { headers: { 'retry-after': String(details.retryAfter) } }),
  };
  return new GraphQLError(message, { extensions: { code, ...details, http } });
}

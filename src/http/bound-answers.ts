import { type ExecutionArgs, type ExecutionResult, GraphQLError, getOperationAST } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../context.ts';
import { DomainError } from '../errors.ts';
import { tooLarge } from '../resolvers/read-budget.ts';
import { checkSize } from './answer-size.ts';
import { type AnswerTurns, mayBeLarge } from './answer-turns.ts';
import { shownErrors } from './bound-errors.ts';
import { statusOf } from './failures.ts';

/** Bounds what executions read, what they answer, and how many large ones are under way in this process. */
export function boundAnswers(turns: AnswerTurns): Plugin<Context> {
  return {
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn((args: ExecutionArgs) => executeBounded(turns, args, executeFn));
    },
  };
}

type Execute = (args: ExecutionArgs) => ExecutionResult | Promise<ExecutionResult>;

/** As graphql's own `execute`, for whom it is handed, but that an answer too large is an error in place of the data. */
export async function executeBounded(
  turns: AnswerTurns,
  args: ExecutionArgs,
  execute: Execute,
): Promise<ExecutionResult> {
  const { viewer, reads } = args.contextValue as Context;
  const makeAnswer = async () => execute(args);
  try {
    const result = mayBeLarge(args.document)
      ? await turns.take(viewer?.userId ?? null, makeAnswer)
      : await makeAnswer();
    return boundResult(result, reads.isSpent && !isMutation(args));
  } catch (error) {
    if (error instanceof DomainError) return { errors: [asWhole(error)] };
    throw error;
  }
}

/** @param isCutOff it lacks what it was asked for; of a mutation the client has to be shown what was done. */
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

/** An error of a request as a whole, and of none of its fields. */
function asWhole({ code, message, details }: DomainError): GraphQLError {
  const http = {
    status: statusOf(code),
    ...(details.retryAfter !== undefined && { headers: { 'retry-after': String(details.retryAfter) } }),
  };
  return new GraphQLError(message, { extensions: { code, ...details, http } });
}

import { type ExecutionArgs, type ExecutionResult, GraphQLError, getOperationAST } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { statusOf } from '../failures.ts';
import { checkSize } from './answer-size.ts';
import { shownErrors } from './bound-errors.ts';

/** Limits what executions read from the database, and the size of their responses. */
export const boundAnswers: Plugin<Context> = {
  onExecute({ executeFn, setExecuteFn }) {
    setExecuteFn((args: ExecutionArgs) => executeBounded(args, executeFn));
  },
};

type Execute = (args: ExecutionArgs) => ExecutionResult | Promise<ExecutionResult>;

/** Runs `execute` within the limits; a response that is too large becomes an error in place of the data. */
export async function executeBounded(args: ExecutionArgs, execute: Execute): Promise<ExecutionResult> {
  const { reads } = args.contextValue as Context;
  reads.open();
  try {
    const result = await execute(args);
    return boundResult(result, isMutation(args) ? null : reads.spent);
  } finally {
    reads.release();
  }
}

/** @param spent why part of the data is missing. Never given for mutations: the client has to see what was done. */
export function boundResult(result: ExecutionResult, spent: DomainError | null): ExecutionResult {
  try {
    if (spent) throw spent;
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

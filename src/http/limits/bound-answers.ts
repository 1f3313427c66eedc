import { type ExecutionArgs, type ExecutionResult, GraphQLError, getOperationAST } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { statusOf } from '../failures.ts';
import { isLarge } from './answer-size.ts';
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
  const context = args.contextValue as Context;
  context.reads.open();
  try {
    const result = await execute(args);
    return await boundResult(result, isMutation(args) ? null : context.reads.spent, context);
  } finally {
    // Not before its JSON is made: until then it holds all that it has read.
    context.reads.release();
  }
}

/** @param spent why part of the data is missing. Never given for mutations: the client has to see what was done. */
export function boundResult(
  result: ExecutionResult,
  spent: DomainError | null,
  context: Pick<Context, 'viewer' | 'address' | 'largeJson'>,
): ExecutionResult | Promise<ExecutionResult> {
  if (spent) return { errors: [asWhole(spent)] };
  const { data, errors } = result;
  const shown = errors && errors.length > 0 ? { ...result, errors: shownErrors(errors) } : result;
  return isLarge(data) ? withJson(shown, context) : shown;
}

async function withJson(
  result: ExecutionResult,
  { largeJson, viewer, address }: Parameters<typeof boundResult>[2],
): Promise<ExecutionResult> {
  try {
    const json = await largeJson({ data: result.data }, viewer?.userId ?? address);
    return { ...result, stringify: (shown: ExecutionResult) => addErrors(json, shown) } as ExecutionResult;
  } catch (error) {
    if (error instanceof DomainError) return { errors: [asWhole(error)] };
    throw error;
  }
}

/** Yoga calls it in place of JSON.stringify, once it has masked the errors. */
function addErrors(json: Buffer, { errors }: ExecutionResult): Buffer {
  if (!errors) return json;
  return Buffer.concat([json.subarray(0, -1), Buffer.from(`,"errors":${JSON.stringify(errors)}}`)]);
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

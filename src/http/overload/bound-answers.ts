import { type ExecutionArgs, type ExecutionResult, GraphQLError, getOperationAST } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { shownErrors } from '../errors/bound-errors.ts';
import { statusOf } from '../errors/to-reply.ts';
import { chooseSource } from '../requests/choose-source.ts';
import { accountOf } from '../requests/context.ts';
import { isLarge } from './answer-size.ts';
import { markSentOnce } from './free-sent-buffers.ts';

/** Limits what executions read from the database, and the size of their responses. */
export const boundAnswers: Plugin<Context> = {
  onExecute({ executeFn, setExecuteFn }) {
    setExecuteFn((args: ExecutionArgs) => executeBounded(args, executeFn, boundResult));
  },
};

type Execute = (args: ExecutionArgs) => ExecutionResult | Promise<ExecutionResult>;

/**
 * Runs `execute` within the limits for reads, on the primary or the replica.
 * @param bound limits the result; data read count as held until it is done
 */
export async function executeBounded(
  args: ExecutionArgs,
  execute: Execute,
  bound: typeof boundResult | typeof boundErrors,
): Promise<ExecutionResult> {
  const context = args.contextValue as Context;
  context.reads.open();
  chooseSource(args);
  try {
    const result = await execute(args);
    return await bound(result, isMutation(args) ? null : context.reads.spent, context);
  } finally {
    context.reads.release();
  }
}

/** @param spent why part of the data is missing. Null for mutations: the client has to see what was done */
export function boundErrors(result: ExecutionResult, spent: DomainError | null): ExecutionResult {
  if (spent) return { errors: [asWhole(spent)] };
  const { errors } = result;
  return errors && errors.length > 0 ? { ...result, errors: shownErrors(errors) } : result;
}

type SizeContext = Pick<Context, 'viewer' | 'address' | 'serializeLarge'>;

/** Also limits the size: a response that is too large becomes an error instead of the data. */
export function boundResult(
  result: ExecutionResult,
  spent: DomainError | null,
  context: SizeContext,
): ExecutionResult | Promise<ExecutionResult> {
  const shown = boundErrors(result, spent);
  return isLarge(shown.data) ? withJson(shown, context) : shown;
}

async function withJson(result: ExecutionResult, context: SizeContext): Promise<ExecutionResult> {
  try {
    const json = await context.serializeLarge({ data: result.data }, accountOf(context));
    return { ...result, stringify: (shown: ExecutionResult) => addMembers(json, shown) } as ExecutionResult;
  } catch (error) {
    if (error instanceof DomainError) return { errors: [asWhole(error)] };
    throw error;
  }
}

/**
 * Creates the JSON of the result, whose data is JSON already, instead of JSON.stringify. Called by Yoga, see
 * `largeJsonOf`.
 */
function addMembers(json: Buffer, { data: _data, ...others }: ExecutionResult): Buffer {
  const more = JSON.stringify(others);
  return markSentOnce(more === '{}' ? json : appendTo(json.subarray(0, -1), `,${more.slice(1)}`));
}

/** Writes into the memory behind the JSON, unless that is full: a copy would have up to 16 MB. */
function appendTo(json: Buffer, text: string): Buffer {
  const size = json.length + Buffer.byteLength(text);
  if (json.byteOffset + size > json.buffer.byteLength) return Buffer.concat([json, Buffer.from(text)]);
  const whole = Buffer.from(json.buffer, json.byteOffset, size);
  whole.write(text, json.length);
  return whole;
}

/** The JSON of a large result; null: it is not large. */
export function largeJsonOf(result: object): Buffer | null {
  const { stringify } = result as { stringify?: (shown: object) => Buffer };
  return stringify ? stringify(result) : null;
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

import type { FormattedExecutionResult, GraphQLError, GraphQLFormattedError } from 'graphql';
import { largeJsonOf } from '../../overload/bound-answers.ts';

/** Of graphql-js and graphql-ws. */
interface ExecutionResult {
  data?: unknown;
  errors?: readonly GraphQLError[] | undefined;
}

/** The JSON of a result for streams. */
export function printResult(result: ExecutionResult): Buffer {
  const shown = withoutHttp(result) ?? result;
  return largeJsonOf(shown) ?? Buffer.from(JSON.stringify(shown));
}

/** Removes the HTTP status from errors; undefined: there are none. */
export function withoutHttp({ errors, ...result }: ExecutionResult): FormattedExecutionResult | undefined {
  return errors && ({ ...result, errors: errors.map(toFormatted) } as FormattedExecutionResult);
}

export function toFormatted(error: GraphQLError): GraphQLFormattedError {
  const { http: _http, ...extensions } = error.extensions;
  return { ...error.toJSON(), extensions };
}

import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';

/** Lists the available media types for a client that accepts none of them. */
export const explainNotAcceptable: Plugin = {
  onResultProcess({ result, resultProcessor, acceptableMediaTypes, setResultProcessor, setResult }) {
    if (resultProcessor) return;
    if (Symbol.asyncIterator in result) void result[Symbol.asyncIterator]().return?.();
    const allowed = [...new Set(acceptableMediaTypes)];
    const message = `Accept: this response is available as ${allowed.join(' or ')}`;
    const extensions = { code: 'VALIDATION_ERROR', field: 'Accept', allowed };
    setResult({ errors: [new GraphQLError(message, { extensions })] });
    setResultProcessor((refusal, { Response }) => {
      const headers = { 'content-type': 'application/json; charset=utf-8' };
      return new Response(JSON.stringify(refusal), { status: 406, headers });
    }, 'application/json');
  },
};

import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';

/** A client that takes no form in which its answer could be sent is told which there are. */
export const explainNotAcceptable: Plugin = {
  onResultProcess({ result, resultProcessor, acceptableMediaTypes, setResultProcessor, setResult }) {
    if (resultProcessor) return;
    if (Symbol.asyncIterator in result) void result[Symbol.asyncIterator]().return?.();
    const allowed = [...new Set(acceptableMediaTypes)];
    const message = `Accept: this answer comes as ${allowed.join(' or ')}`;
    const extensions = { code: 'VALIDATION_ERROR', field: 'Accept', allowed };
    setResult({ errors: [new GraphQLError(message, { extensions })] });
    setResultProcessor((refusal, { Response }) => {
      const headers = { 'content-type': 'application/json; charset=utf-8' };
      return new Response(JSON.stringify(refusal), { status: 406, headers });
    }, 'application/json');
  },
};

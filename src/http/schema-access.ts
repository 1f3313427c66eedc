import { execute } from 'graphql';
import type { Services } from '../context.ts';
import { authenticate } from '../resolvers/authenticate.ts';
import type { Execution, ExecutionAnswer, SchemaAccess } from '../rest-compat/schema-access.ts';
import { schema } from '../schema/index.ts';
import { createContext, headerCredentials } from './context.ts';
import { maskError } from './errors.ts';

/** The schema for the dialects, in this process: the same credentials, context and errors as over HTTP. */
export function createSchemaAccess(services: Services): SchemaAccess {
  const mask = maskError(services.log);

  async function run({ document, variables, headers, origin }: Execution): Promise<ExecutionAnswer> {
    const viewer = await authenticate(services, headerCredentials(headers));
    const contextValue = createContext(services, viewer, origin);
    const { data, errors } = await execute({ schema, document, variableValues: variables, contextValue });
    return { data, errors: errors?.map(mask) };
  }

  return {
    schema,
    mask,
    execute: (execution) => run(execution).catch((thrown) => ({ errors: [mask(thrown)] })),
  };
}

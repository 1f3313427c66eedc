import { execute } from 'graphql';
import type { Services } from '../context.ts';
import type { Execution, ExecutionAnswer, SchemaAccess } from '../rest-compat/schema-access.ts';
import { schema } from '../schema/index.ts';
import type { Admission } from './admission.ts';
import { createContext, headerCredentials } from './context.ts';
import { maskError } from './errors.ts';

/** The schema for the dialects, in this process: the same credentials, context and errors as over HTTP. */
export function createSchemaAccess(services: Services, admission: Admission): SchemaAccess {
  const mask = maskError(services.log);

  async function run(execution: Execution): Promise<ExecutionAnswer> {
    const { document, variables, request, access, origin } = execution;
    const credentials = headerCredentials(access === 'public' ? {} : request.headers);
    const viewer = await admission.viewer(request, credentials);
    const contextValue = createContext(services, { viewer, address: admission.address(request) }, origin);
    const { data, errors } = await execute({ schema, document, variableValues: variables, contextValue });
    return { data, errors: errors?.map(mask) };
  }

  return {
    schema,
    mask,
    execute: (execution) => run(execution).catch((thrown) => ({ errors: [mask(thrown)] })),
  };
}

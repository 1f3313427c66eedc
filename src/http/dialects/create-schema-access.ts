import { type ExecutionArgs, execute } from 'graphql';
import type { Services } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import type { Execution, ExecutionAnswer, SchemaAccess } from '../../rest-compat/handling/schema-access.ts';
import { schema } from '../../schema/index.ts';
import { maskError } from '../errors/from-graphql.ts';
import type { Subscribe } from '../graphql/share-results.ts';
import { boundErrors, executeBounded } from '../overload/bound-answers.ts';
import type { ResourceLimits } from '../overload/resource-limits.ts';
import type { Admission } from '../requests/admission.ts';
import {
  type Allowance,
  type Asker,
  createAllowance,
  createContext,
  headerCredentials,
} from '../requests/context.ts';
import type { Visitors } from '../requests/visitors.ts';
import { countUse } from './count-use.ts';

interface Parts extends Pick<ResourceLimits, 'connections'>, Pick<SchemaAccess, 'count' | 'sendArtifact'> {
  admission: Admission;
  visitors: Visitors;
  subscribe: Subscribe;
}

/**
 * Executes the schema for the dialects within this process, with the same credentials, context and errors as
 * over HTTP.
 */
export function createSchemaAccess(
  services: Services,
  { admission, visitors, sendArtifact, count, connections, subscribe }: Parts,
): SchemaAccess {
  const mask = maskError(services.log);
  const masked = ({ data, errors }: ExecutionAnswer): ExecutionAnswer => ({
    data,
    errors: errors?.map(mask),
  });

  const operation = createOperations(services, admission, visitors);

  async function* follow(execution: Execution, signal: AbortSignal): AsyncGenerator<ExecutionAnswer> {
    const answers = await subscribe(await operation(execution));
    if (!(Symbol.asyncIterator in answers)) return yield masked(answers);
    // Not at the next result, which may never come.
    const stop = () => void answers.return(undefined);
    signal.addEventListener('abort', stop);
    try {
      if (signal.aborted) stop();
      for await (const answer of answers) yield masked(answer);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  return {
    schema,
    lifetimes: services.config.compatLifetimes,
    mask,
    sendArtifact,
    count,
    countOperation: (asker) =>
      services.operationLimits.countRequest(asker).then(() => null, requireDomainError),
    countUse: (dialect, visitor, request) => countUse(services, dialect, visitor, request),
    holdSocket: connections.socketsPerAccount.acquire,
    address: (request) => admission.address(request),
    visitor: visitors.find,
    guestDialect: visitors.guestDialect,
    execute: async (execution) => {
      try {
        return masked(await executeBounded(await operation(execution), execute, boundErrors));
      } catch (thrown) {
        return { errors: [mask(thrown)] };
      }
    },
    async *subscribe(execution, signal) {
      try {
        yield* follow(execution, signal);
      } catch (thrown) {
        yield { errors: [mask(thrown)] };
      }
    },
  };
}

function requireDomainError(thrown: unknown): DomainError {
  if (thrown instanceof DomainError) return thrown;
  throw thrown;
}

/** Executes operations on behalf of the sender of a request. */
function createOperations(services: Services, admission: Admission, visitors: Visitors) {
  const allowances = new WeakMap<object, Allowance>();

  function allowanceOf(part: object, asker: Asker): Allowance {
    const allowance = allowances.get(part) ?? createAllowance(services, asker);
    allowances.set(part, allowance);
    return allowance;
  }

  return async (execution: Execution): Promise<ExecutionArgs> => {
    const { document, variables, request, access, origin, partOf } = execution;
    const viewer =
      access === 'public'
        ? await admission.viewer(request, headerCredentials({}))
        : await visitors.take(request, origin);
    const asker = { viewer, address: admission.address(request) };
    const allowance = partOf && allowanceOf(partOf, asker);
    const contextValue = createContext(services, asker, origin, allowance);
    return { schema, document, variableValues: variables, contextValue };
  };
}

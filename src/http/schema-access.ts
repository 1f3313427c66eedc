import type { IncomingMessage } from 'node:http';
import { type ExecutionArgs, execute } from 'graphql';
import type { Services, Viewer } from '../context.ts';
import { guest } from '../resolvers/authenticate.ts';
import type { Execution, ExecutionAnswer, SchemaAccess } from '../rest-compat/schema-access.ts';
import { schema } from '../schema/index.ts';
import type { Dialect } from '../vocabulary.ts';
import type { Admission } from './admission.ts';
import type { SendArtifact } from './artifacts.ts';
import { createContext, headerCredentials } from './context.ts';
import { maskError } from './errors.ts';
import { atExpiry } from './expiry.ts';
import { subscribe } from './share-results.ts';

/**
 * The schema for the dialects, in this process: the same credentials, context and errors as over HTTP.
 * @param guestDialect in which whoever brings no credentials is the guest; null: in none.
 */
export function createSchemaAccess(
  services: Services,
  admission: Admission,
  sendArtifact: SendArtifact,
  count: SchemaAccess['count'],
  guestDialect: Dialect | null,
): SchemaAccess {
  const mask = maskError(services.log);
  const masked = ({ data, errors }: ExecutionAnswer): ExecutionAnswer => ({
    data,
    errors: errors?.map(mask),
  });

  const viewers = createViewers(async (request, origin) => {
    const viewer = await admission.viewer(request, headerCredentials(request.headers));
    return viewer || origin !== guestDialect ? viewer : guest(services);
  });

  async function operation(execution: Execution): Promise<ExecutionArgs> {
    const { document, variables, request, access, origin } = execution;
    const viewer =
      access === 'public'
        ? await admission.viewer(request, headerCredentials({}))
        : await viewers.take(request, origin);
    const contextValue = createContext(services, { viewer, address: admission.address(request) }, origin);
    return { schema, document, variableValues: variables, contextValue };
  }

  async function* follow(execution: Execution, signal: AbortSignal): AsyncGenerator<ExecutionAnswer> {
    const answers = await subscribe(await operation(execution));
    if (!(Symbol.asyncIterator in answers)) return yield masked(answers);
    // Not at the next answer: that may never come.
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
    mask,
    sendArtifact,
    count,
    address: (request) => admission.address(request),
    async visitor(request, origin) {
      const viewer = await viewers.find(request, origin);
      return {
        accountId: viewer?.userId ?? null,
        isGuest: viewer !== null && isAnonymous(request),
        expiresAt: viewer?.expiresAt ?? null,
        atExpiry: (callback) => atExpiry(viewer, callback),
      };
    },
    execute: async (execution) => {
      try {
        return masked(await execute(await operation(execution)));
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

function isAnonymous({ headers }: IncomingMessage): boolean {
  const { authorization, apiKey } = headerCredentials(headers);
  return authorization === null && apiKey === null;
}

/** Who is looked for to be counted is not looked for again to be answered; but on a socket, each time. */
function createViewers(look: (request: IncomingMessage, origin: Dialect) => Promise<Viewer | null>) {
  const found = new WeakMap<IncomingMessage, Promise<Viewer | null>>();
  return {
    find(request: IncomingMessage, origin: Dialect): Promise<Viewer | null> {
      const viewer = found.get(request) ?? look(request, origin);
      found.set(request, viewer);
      return viewer;
    },
    take(request: IncomingMessage, origin: Dialect): Promise<Viewer | null> {
      const viewer = found.get(request) ?? look(request, origin);
      found.delete(request);
      return viewer;
    },
  };
}

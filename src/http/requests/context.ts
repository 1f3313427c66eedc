import type { IncomingHttpHeaders } from 'node:http';
import type { Context, Services, Viewer } from '../../context.ts';
import type { Credentials } from '../../resolvers/accounts/logins/authenticate.ts';
import { createLoaders } from '../../resolvers/request/loaders.ts';
import { boundReads, openSource } from '../../resolvers/request/read-budget.ts';
import { isJsonObject } from '../../rules/json/json-object.ts';
import type { Origin } from '../../vocabulary.ts';

/** The sender of a request, and its address. */
export interface Asker {
  viewer: Viewer | null;
  address: string;
}

/** What one request may read and compute. */
export type Allowance = Pick<Context, 'compute' | 'reads'>;

/** The key for limits: the account, or the address without credentials. */
export function accountOf({ viewer, address }: Asker): string {
  return viewer?.userId ?? address;
}

export function createAllowance({ computation, reading }: Services, asker: Asker): Allowance {
  const account = accountOf(asker);
  return { compute: computation.ofRequest(account), reads: reading.ofRequest(account) };
}

/** @param allowance of the request that this is part of; a new one by default */
export function createContext(
  services: Services,
  { viewer, address }: Asker,
  origin: Origin,
  { compute, reads }: Allowance = createAllowance(services, { viewer, address }),
): Context {
  const source = openSource(services.store);
  const store = boundReads(services.store, reads, source);
  return {
    ...services,
    store,
    viewer,
    address,
    origin,
    compute,
    reads,
    source,
    loaders: createLoaders(store.database, viewer?.userId ?? null),
  };
}

export function headerCredentials(headers: IncomingHttpHeaders): Credentials {
  const apiKey = headers['x-api-key'];
  return { authorization: headers.authorization ?? null, apiKey: typeof apiKey === 'string' ? apiKey : null };
}

/**
 * The credentials in the first message of graphql-ws: by header name, case-insensitive, or in a `headers`
 * object.
 */
export function parameterCredentials(parameters: unknown): Credentials {
  const given = isJsonObject(parameters) ? parameters : {};
  const nested = isJsonObject(given.headers) ? given.headers : {};
  const named = Object.entries({ ...nested, ...given }).map(([name, value]) => [name.toLowerCase(), value]);
  const byName = Object.fromEntries(named) as Record<string, unknown>;
  return { authorization: textOf(byName.authorization), apiKey: textOf(byName['x-api-key']) };
}

/** A value that is not a string is invalid and must not count as absent. */
function textOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : '';
}

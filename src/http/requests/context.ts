import type { IncomingHttpHeaders } from 'node:http';
import type { Context, Services, Viewer } from '../../context.ts';
import type { Credentials } from '../../resolvers/accounts/logins/authenticate.ts';
import { createLoaders } from '../../resolvers/request/loaders.ts';
import { boundReads } from '../../resolvers/request/read-budget.ts';
import { isJsonObject } from '../../rules/json/json-object.ts';
import type { Origin } from '../../vocabulary.ts';

/** Who asks, and from where. */
export interface Asker {
  viewer: Viewer | null;
  address: string;
}

/** What one request may read and compute. */
export type Allowance = Pick<Context, 'compute' | 'reads'>;

/** Whose share of what all have it takes: an account's, or an address's without credentials. */
export function accountOf({ viewer, address }: Asker): string {
  return viewer?.userId ?? address;
}

export function createAllowance({ computation, reading }: Services, asker: Asker): Allowance {
  const account = accountOf(asker);
  return { compute: computation.ofRequest(account), reads: reading.ofRequest(account) };
}

/** @param allowance of the request that this is a part of; by default it is all of it. */
export function createContext(
  services: Services,
  { viewer, address }: Asker,
  origin: Origin,
  { compute, reads }: Allowance = createAllowance(services, { viewer, address }),
): Context {
  const store = boundReads(services.store, reads);
  return {
    ...services,
    store,
    viewer,
    address,
    origin,
    compute,
    reads,
    loaders: createLoaders(store.database, viewer?.userId ?? null),
  };
}

export function headerCredentials(headers: IncomingHttpHeaders): Credentials {
  const apiKey = headers['x-api-key'];
  return { authorization: headers.authorization ?? null, apiKey: typeof apiKey === 'string' ? apiKey : null };
}

/** What graphql-ws brings in its first message: the names of the headers, in any case, or a `headers` object. */
export function parameterCredentials(parameters: unknown): Credentials {
  const given = isJsonObject(parameters) ? parameters : {};
  const nested = isJsonObject(given.headers) ? given.headers : {};
  const named = Object.entries({ ...nested, ...given }).map(([name, value]) => [name.toLowerCase(), value]);
  const byName = Object.fromEntries(named) as Record<string, unknown>;
  return { authorization: textOf(byName.authorization), apiKey: textOf(byName['x-api-key']) };
}

/** What is there but no text is no good either, and must not pass for nothing. */
function textOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : '';
}

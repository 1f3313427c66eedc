import type OpenAI from 'openai';
import { toProviderError } from '../failures/client-error.ts';
import { brokenOff } from '../failures/thrown.ts';
import type { ListedModel } from '../provider.ts';
import type { Vendor } from '../vendor.ts';
import { isOpenAis, readEntries, toListed } from './served-models.ts';

/** Its own, or that of a region, such as `eu.api.openai.com`. */
export function isOpenAiHost(hostname: string): boolean {
  return /^([a-z0-9-]+\.)?api\.openai\.com$/.test(hostname);
}

/** Other hosts with OpenAI's models at OpenAI's prices. */
const AZURE_HOSTS = /(^|\.)(openai\.azure\.com|services\.ai\.azure\.com)$/;

/** How long a server that could not be listed is not asked again. */
const FAILED_MS = 5_000;
const PATIENCE_MS = 3_000;

/** What kind of model list a server returned. */
type List = 'openai' | 'empty' | 'own';

export interface Served {
  /** null: OpenAI's. @throws ProviderError */
  models(signal: AbortSignal): Promise<ListedModel[] | null>;
  /** Whether OpenAI's prices are those of its answers. */
  isPriced(): Promise<boolean>;
  /** Whether it is OpenAI's own server, or a gateway that passes OpenAI's list on. */
  isOpenAi(): Promise<boolean>;
}

/**
 * The models of a server with OpenAI's API. At another address its own list decides: OpenAI's list is passed
 * on by a gateway to OpenAI, an empty one says nothing, and with any other it is the operator's own server.
 */
export function createServed(vendor: Vendor, client: OpenAI, baseUrl: string): Served {
  const { hostname } = new URL(baseUrl);
  if (isOpenAiHost(hostname) || AZURE_HOSTS.test(hostname)) {
    const isOpenAi = isOpenAiHost(hostname);
    return { models: async () => null, isPriced: async () => true, isOpenAi: async () => isOpenAi };
  }
  let list: List | null = null;
  /** By `performance.now()`. */
  let silentUntil = Number.NEGATIVE_INFINITY;
  let asking: Promise<unknown> | null = null;
  async function ask(signal: AbortSignal): Promise<ListedModel[] | null> {
    try {
      const answer = await client.models.list({ signal }).asResponse();
      const entries = readEntries(await answer.json());
      if (!entries) throw brokenOff(vendor, new Error('it sent an answer that is not a list of models'));
      // A server with models of its own lists none while it restarts.
      if (entries.length === 0 && list === 'own') {
        throw brokenOff(vendor, new Error('it listed no models, although it had some before'));
      }
      list = entries.length === 0 ? 'empty' : isOpenAis(entries) ? 'openai' : 'own';
      return list === 'own' ? entries.map(toListed) : null;
    } catch (error) {
      throw toProviderError(vendor, error);
    }
  }
  /** One request, however many calls wait for it. */
  function askOnce(): Promise<unknown> {
    asking ??= ask(AbortSignal.timeout(PATIENCE_MS))
      .catch(() => {
        silentUntil = performance.now() + FAILED_MS;
      })
      .finally(() => {
        asking = null;
      });
    return asking;
  }
  async function listOf(): Promise<List | null> {
    if (list === null && silentUntil < performance.now()) await askOnce();
    return list;
  }
  return {
    models: ask,
    isPriced: async () => ['openai', 'empty'].includes((await listOf()) ?? ''),
    isOpenAi: async () => (await listOf()) === 'openai',
  };
}

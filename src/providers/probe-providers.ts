import { LRUCache } from 'lru-cache';
import type { Config } from '../config.ts';
import type { ProviderId } from '../vocabulary.ts';

interface Probe {
  url: string;
  headers?: Record<string, string>;
}

/** Custom models have many addresses, which users control. */
export interface CustomAddresses {
  /** The base URLs of active ones. */
  baseUrls(): Promise<string[]>;
  /** Connects only to permitted addresses. */
  fetch: typeof fetch;
}

/** The request for a provider with one address; null: it is not configured. Listing models costs nothing. */
const PROBES: Record<Exclude<ProviderId, 'custom' | 'demo'>, (config: Config) => Probe | null> = {
  openai: ({ openai }) =>
    openai && {
      url: `${openai.baseUrl}/models`,
      headers: { authorization: `Bearer ${openai.apiKey}` },
    },
  anthropic: ({ anthropic }) =>
    anthropic && {
      url: `${anthropic.baseUrl}/v1/models`,
      headers: { 'x-api-key': anthropic.apiKey, 'anthropic-version': '2023-06-01' },
    },
  azure: ({ azure }) =>
    azure && {
      url: `${azure.endpoint}/openai/models?api-version=${azure.apiVersion}`,
      headers: { 'api-key': azure.apiKey },
    },
  ollama: ({ ollama }) => ({ url: `${ollama.baseUrl}/api/version` }),
};

const PATIENCE_MS = 2_000;
const KEPT_MS = 10_000;
/** Maximum number of custom addresses to check. */
const MOST_ADDRESSES = 5;

export interface Reach {
  /**
   * Whether it sent any response within the last seconds; waits up to two seconds. The demo is always
   * reachable.
   */
  isReachable(provider: ProviderId): Promise<boolean>;
}

/** Concurrent and subsequent callers share one result for a short time. */
export function createReach(config: Config, custom: CustomAddresses): Reach {
  async function ask(provider: ProviderId): Promise<boolean> {
    if (provider === 'demo') return true;
    if (provider === 'custom') return asksCustom(custom);
    const probe = PROBES[provider](config);
    return probe !== null && answers(fetch, probe);
  }
  const kept = new LRUCache<ProviderId, { isReachable: boolean }>({
    max: Object.keys(PROBES).length + 2,
    ttl: KEPT_MS,
    fetchMethod: async (provider) => ({ isReachable: await ask(provider) }),
  });
  return { isReachable: async (provider) => (await kept.fetch(provider))?.isReachable ?? false };
}

async function asksCustom(custom: CustomAddresses): Promise<boolean> {
  const urls = (await custom.baseUrls()).slice(0, MOST_ADDRESSES);
  const all = await Promise.all(urls.map((baseUrl) => answers(custom.fetch, { url: `${baseUrl}/models` })));
  return all.includes(true);
}

async function answers(ask: typeof fetch, { url, headers = {} }: Probe): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const response = await ask(url, { headers, signal, redirect: 'manual' });
    await response.body?.cancel();
    return response.status < 500;
  } catch {
    return false;
  }
}

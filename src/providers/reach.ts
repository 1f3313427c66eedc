import { LRUCache } from 'lru-cache';
import type { Config } from '../config.ts';
import type { ProviderId } from '../vocabulary.ts';

interface Probe {
  url: string;
  headers?: Record<string, string>;
}

/** Custom models stand at many addresses, which users steer. */
export interface CustomAddresses {
  /** The base URLs of those in use. */
  baseUrls(): Promise<string[]>;
  /** Reaches only addresses that it may. */
  fetch: typeof fetch;
}

/** What is asked of a provider that has one address; null: it is not configured. Its list of models costs nothing. */
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
/** More custom addresses than these are not asked. */
const MOST_ADDRESSES = 5;

export interface Reach {
  /** Whether it answered within the last seconds, with whatever; within two seconds. The demo is always there. */
  isReachable(provider: ProviderId): Promise<boolean>;
}

/** Whoever asks at the same time, or soon after, gets the same answer. */
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

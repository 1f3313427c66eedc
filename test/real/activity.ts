/**
 * Whether a server still works on the answers that it was asked for before, as it says itself. `null`: it does not say.
 * Ollama moves the time at which it unloads a model when a request for it has ended; llama.cpp lists its slots.
 */
export async function watchActivity(url: string): Promise<(() => Promise<boolean>) | null> {
  const root = new URL('/', url);
  const before = await unloadTimes(root);
  if (before !== null) {
    return async () => {
      const now = await unloadTimes(root);
      return [...before].some(([model, time]) => now?.get(model) === time);
    };
  }
  if ((await busySlots(root)) === null) return null;
  return async () => (await busySlots(root)) !== 0;
}

interface Loaded {
  models: readonly { name: string; expires_at: string }[];
}

/** When Ollama is to unload each model. */
async function unloadTimes(root: URL): Promise<Map<string, string> | null> {
  const body = await read<Loaded>(new URL('/api/ps', root));
  return body ? new Map(body.models.map(({ name, expires_at }) => [name, expires_at])) : null;
}

async function busySlots(root: URL): Promise<number | null> {
  const slots = await read<readonly { is_processing: boolean }[]>(new URL('/slots', root));
  return Array.isArray(slots) ? slots.filter(({ is_processing }) => is_processing).length : null;
}

async function read<Body>(url: URL): Promise<Body | null> {
  const response = await fetch(url);
  return response.ok ? ((await response.json()) as Body) : null;
}

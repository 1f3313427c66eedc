import { z } from 'zod';
import type { PullPart } from '../provider.ts';
import { readTogether } from '../read-together.ts';
import type { Vendor } from '../vendor.ts';
import { fromOllamaError } from './errors.ts';

// https://docs.ollama.com/api/pull
const line = z.object({
  status: z.string().nullish(),
  error: z.string().nullish(),
  /** Of the layer that it fetches; there are several, and their sizes come one after the other. */
  digest: z.string().nullish(),
  total: z.number().nullish(),
  completed: z.number().nullish(),
});

interface Layer {
  total: number;
  completed: number;
}

/** How far a pull has come, over all layers that were told of so far. */
export async function* readPull(
  vendor: Vendor,
  arrivals: AsyncIterable<readonly string[]>,
): AsyncGenerator<readonly PullPart[]> {
  const layers = new Map<string, Layer>();
  function read(text: string, parts: PullPart[]): void {
    const { status, error, digest, total, completed } = line.parse(JSON.parse(text));
    if (error) throw fromOllamaError(vendor, { status: null, message: error, retryAfter: null });
    if (digest && total) layers.set(digest, { total, completed: completed ?? 0 });
    parts.push({ type: 'progress', share: shareOf([...layers.values()]) });
    if (status === 'success') parts.push({ type: 'finish' });
  }
  for await (const lines of arrivals) yield* readTogether(lines, read);
}

function shareOf(layers: readonly Layer[]): number {
  const total = layers.reduce((sum, layer) => sum + layer.total, 0);
  const completed = layers.reduce((sum, layer) => sum + layer.completed, 0);
  return total > 0 ? Math.min(1, Math.max(0, completed / total)) : 0;
}

import type { ProgressResponse } from 'ollama';
import type { PullPart } from '../provider.ts';

interface Layer {
  total: number;
  completed: number;
}

/** Converts the lines of a pull to progress, over all layers named so far. */
export function pullReader(): (line: Partial<ProgressResponse>, parts: PullPart[]) => void {
  /** Sizes become known one after the other. */
  const layers = new Map<string, Layer>();
  return ({ status, digest, total, completed }, parts) => {
    if (digest && typeof total === 'number') layers.set(digest, { total, completed: Number(completed ?? 0) });
    parts.push({ type: 'progress', share: shareOf([...layers.values()]) });
    if (status === 'success') parts.push({ type: 'finish' });
  };
}

function shareOf(layers: readonly Layer[]): number {
  const total = layers.reduce((sum, layer) => sum + layer.total, 0);
  const completed = layers.reduce((sum, layer) => sum + layer.completed, 0);
  return total > 0 ? Math.min(1, Math.max(0, completed / total)) : 0;
}

import type { RunFieldsFragment } from '../documents.ts';
import { WORDS } from '../words.ts';

/** What a run is called on every page. */
export function titleOf(run: RunFieldsFragment): string {
  if (run.__typename === 'BulkOperation') return WORDS.bulk(run.label, run.matched);
  return run.label.trim().split('\n')[0] || WORDS.untitled;
}

export function kindOf(run: RunFieldsFragment): string {
  return run.__typename === 'Task' ? WORDS.taskKinds[run.taskKind] : WORDS.kinds[run.__typename];
}

/** The address of its page. */
export function pathOf(id: string): string {
  return `/runs/${encodeURIComponent(id)}`;
}

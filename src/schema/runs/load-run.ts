import type { Loaders } from '../../context.ts';
import type { RunRow } from '../../store/runs/run-row.ts';
import type { RunKind } from '../../vocabulary.ts';

/** A run to which something refers; null if it has been deleted. */
export function loadRun(loaders: Loaders, kind: RunKind, id: string): Promise<RunRow | null> {
  const loaderOf = {
    task: loaders.tasks,
    execution: loaders.executions,
    orchestration: loaders.orchestrations,
    bulk: loaders.bulkOperations,
  } satisfies Record<RunKind, Loaders[keyof Loaders]>;
  return loaderOf[kind].load(id);
}

import type { Context } from '../../context.ts';
import { readBulkOperations } from '../../store/bulk/bulk.ts';
import { readOrchestrations } from '../../store/orchestrations/orchestrations.ts';
import { listRuns, type RunReference } from '../../store/runs/lists/list-runs.ts';
import { readListedTasks, type TaskColumns } from '../../store/tasks/list-tasks.ts';
import { readExecutions } from '../../store/workflows/executions.ts';
import { RUN_KINDS, type RunKind } from '../../vocabulary.ts';
import type { RunRows } from '../request/own-run.ts';
import { connect } from '../request/page.ts';
import { type GivenRunFilter, runFilter } from '../request/run-filter.ts';
import { type RunPageArguments, readRunPage } from '../request/run-page.ts';
import { requireViewer } from '../request/viewer.ts';

export interface RunListArguments extends RunPageArguments {
  filter?: GivenRunFilter | null | undefined;
  /** null: all. */
  kinds?: readonly RunKind[] | null | undefined;
}

type AnyRun = RunRows[RunKind];

/** The viewer's runs of all kinds, without parts of others. @param columns of tasks, as in the store's listing */
export async function runs(
  context: Context,
  { filter, kinds, ...given }: RunListArguments,
  columns: TaskColumns,
) {
  const { userId: ownerId } = requireViewer(context);
  const { page, order } = readRunPage(given);
  const listing = { ownerId, filter: runFilter(filter), executionId: null, order };
  const wanted = kinds ? RUN_KINDS.filter((kind) => kinds.includes(kind)) : RUN_KINDS;
  const found = await connect(page, listRuns(context.store.database, listing, wanted));
  const rows = await readAll(
    context,
    found.edges.map(({ node }) => node),
    columns,
  );
  // A run may be deleted while the page is read.
  const edges = found.edges.flatMap(({ node: { id }, cursor }) => {
    const node = rows.get(id);
    return node ? [{ node, cursor }] : [];
  });
  return { ...found, edges };
}

/** One query for each kind. */
async function readAll(
  { store: { database } }: Context,
  references: readonly RunReference[],
  columns: TaskColumns,
): Promise<Map<string, AnyRun>> {
  const read: Record<RunKind, (ids: readonly string[]) => Promise<Map<string, AnyRun>>> = {
    task: (ids) => readListedTasks(database, ids, columns),
    execution: (ids) => readExecutions(database, ids),
    orchestration: (ids) => readOrchestrations(database, ids),
    bulk: (ids) => readBulkOperations(database, ids),
  };
  const byKind = Map.groupBy(references, ({ runKind }) => runKind);
  const found = await Promise.all(
    [...byKind].map(([kind, ofKind]) => read[kind](ofKind.map(({ id }) => id))),
  );
  return new Map(found.flatMap((rows) => [...rows]));
}

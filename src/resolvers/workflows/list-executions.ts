import type { Context } from '../../context.ts';
import { listExecutions } from '../../store/workflows/executions.ts';
import { connect } from '../request/page.ts';
import { type GivenRunFilter, runFilter } from '../request/run-filter.ts';
import { type RunPageArguments, readRunPage } from '../request/run-page.ts';
import { requireViewer } from '../request/viewer.ts';

/** The viewer's executions. */
export async function executions(
  context: Context,
  { filter, ...given }: RunPageArguments & { filter?: GivenRunFilter | null | undefined },
) {
  const { userId: ownerId } = requireViewer(context);
  const { page, order } = readRunPage(given);
  const selection = { ownerId, filter: runFilter(filter), executionId: null };
  return connect(page, listExecutions(context.store.database, { ...selection, order }));
}

import type { Context } from '../../context.ts';
import { listOrchestrations } from '../../store/orchestrations/orchestrations.ts';
import { connect } from '../request/page.ts';
import { type GivenRunFilter, runFilter } from '../request/run-filter.ts';
import { type RunPageArguments, readRunPage } from '../request/run-page.ts';
import { requireViewer } from '../request/viewer.ts';

/** The viewer's orchestrations. */
export async function orchestrations(
  context: Context,
  { filter, ...given }: RunPageArguments & { filter?: GivenRunFilter | null | undefined },
) {
  const { userId: ownerId } = requireViewer(context);
  const { page, order } = readRunPage(given);
  const selection = { ownerId, filter: runFilter(filter), executionId: null };
  return connect(page, listOrchestrations(context.store.database, { ...selection, order }));
}

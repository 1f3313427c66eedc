import type { Context } from '../../context.ts';
import type { FeedItem, FeedStart } from '../../store/log/feeds/feed.ts';
import { followFeed } from '../../store/log/feeds/follow-feed.ts';
import { matchingRuns } from '../../store/runs/lists/list-runs.ts';
import type { RunSelection } from '../../store/runs/lists/selected-sql.ts';
import { type GivenRunFilter, runFilter } from '../request/run-filter.ts';
import { stoppable } from '../request/stoppable.ts';
import { requireViewer } from '../request/viewer.ts';
import { startOfFeed, writeCursor } from '../sessions/feed.ts';

export interface TaskChange {
  cursor: string;
  /** null in the first payload. */
  taskId: string | null;
  /** Whether the task is in the list now. */
  isListed: boolean;
}

interface Followed {
  filter?: GivenRunFilter | null | undefined;
  executionId?: string | null | undefined;
}

/** The list of tasks that a filter selects, as it changes. @throws DomainError VALIDATION_ERROR, BAD_CURSOR */
export async function taskChanges(
  context: Context,
  { filter, executionId }: Followed,
  after: string | null,
): Promise<AsyncIterable<TaskChange>> {
  const { userId: ownerId } = requireViewer(context);
  const selection = { ownerId, filter: runFilter(filter), executionId: executionId ?? null };
  const start = await startOfFeed(context, after);
  return stoppable((signal) => changesOf(context, selection, start, signal));
}

async function* changesOf(
  { store }: Context,
  selection: RunSelection,
  { progress, timeline }: FeedStart,
  signal: AbortSignal,
): AsyncGenerator<TaskChange, void, undefined> {
  yield { cursor: writeCursor(progress.position, timeline), taskId: null, isListed: false };
  const feed = { kind: 'owner', id: selection.ownerId } as const;
  for await (const { items } of followFeed(store, feed, progress, signal)) {
    const latest = latestOfTasks(items);
    const listed = await matchingRuns(store.database, 'task', selection, [...latest.keys()]);
    for (const [taskId, { position, isNew }] of latest) {
      const isListed = listed.has(taskId);
      if (isNew && !isListed) continue;
      yield { cursor: writeCursor(position, timeline), taskId, isListed };
      if (signal.aborted) return;
    }
  }
}

interface Latest extends Pick<FeedItem, 'position'> {
  /** Whether the page has its creation, so that no client can have it in its list. */
  isNew: boolean;
}

/**
 * The last item of each task, in the order of the feed: a client that comes back with the cursor of one of them misses
 * nothing, because what was omitted before it is repeated by a later item of its task.
 */
function latestOfTasks(items: readonly FeedItem[]): Map<string, Latest> {
  const latest = new Map<string, Latest>();
  for (const item of items) {
    const taskId = taskOf(item);
    if (taskId === null) continue;
    const isNew = item.event?.type === 'RunCreated' || latest.get(taskId)?.isNew === true;
    latest.delete(taskId);
    latest.set(taskId, { position: item.position, isNew });
  }
  return latest;
}

function taskOf({ event, change }: FeedItem): string | null {
  if (change) return change.kind === 'task' ? change.subjectId : null;
  return event.runKind === 'task' ? event.runId : null;
}

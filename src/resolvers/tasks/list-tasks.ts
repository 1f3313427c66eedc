import { z } from 'zod';
import type { Context } from '../../context.ts';
import { listTasks } from '../../store/tasks/list-tasks.ts';
import type { Origin, RunStatus, TaskKind, TaskLabel } from '../../vocabulary.ts';
import { taskType } from '../request/fields.ts';
import { type PageArguments, readPage, toConnection } from '../request/page.ts';
import { list, text, validate } from '../request/validate.ts';
import { requireViewer } from '../request/viewer.ts';

export interface TaskFilter {
  status?: RunStatus | null | undefined;
  statuses?: RunStatus[] | null | undefined;
  kinds?: TaskKind[] | null | undefined;
  types?: string[] | null | undefined;
  origins?: Origin[] | null | undefined;
  having?: TaskLabel[] | null | undefined;
  threadId?: string | null | undefined;
  executionId?: string | null | undefined;
  sessionId?: string | null | undefined;
  templateName?: string | null | undefined;
}

const searched = z.object({
  types: list(taskType, 20, 'must have at most 20 types').nullish(),
  templateName: text({ max: 100 }).nullish(),
});

/**
 * The viewer's tasks, newest first.
 * @param columns required columns, as in the store's listing
 */
export async function tasks(
  context: Context,
  given: PageArguments,
  filter: TaskFilter | null | undefined,
  columns: ReadonlySet<string>,
) {
  const { userId } = requireViewer(context);
  const page = readPage(given);
  const { types, templateName } = validate(searched, { ...filter }, 'filter');
  const rows = await listTasks(context.store.database, {
    ...page,
    ownerId: userId,
    status: filter?.status ?? null,
    statuses: distinct(filter?.statuses),
    kinds: distinct(filter?.kinds),
    types: types ?? null,
    origins: distinct(filter?.origins),
    having: distinct(filter?.having) ?? [],
    threadId: filter?.threadId ?? null,
    executionId: filter?.executionId ?? null,
    sessionId: filter?.sessionId ?? null,
    templateName: templateName ?? null,
    columns,
  });
  return toConnection(page, rows);
}

/** A client may repeat words of a closed list many times. */
function distinct<Word>(words: readonly Word[] | null | undefined): Word[] | null {
  return words ? [...new Set(words)] : null;
}

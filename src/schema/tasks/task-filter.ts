import { builder } from '../builder/builder.ts';
import { OriginEnum, RunStatusEnum } from '../builder/enums.ts';
import { optionalId } from '../builder/global-id.ts';
import { TaskKindEnum, TaskLabelEnum } from '../runs/task-enums.ts';

export const TaskFilter = builder.inputType('TaskFilter', {
  description:
    'Tasks of executions match only with an `executionId`; `status` and `statuses` must both match.',
  fields: (t) => ({
    status: t.field({ type: RunStatusEnum, description: 'Only tasks with this status.' }),
    statuses: t.field({ type: [RunStatusEnum], description: 'Only tasks with one of these statuses.' }),
    kinds: t.field({ type: [TaskKindEnum], description: 'Only tasks of these kinds.' }),
    types: t.stringList({ description: 'Only tasks of one of these types, at most 20.' }),
    origins: t.field({
      type: [OriginEnum],
      description: 'Only tasks that were created through one of these APIs.',
    }),
    having: t.field({
      type: [TaskLabelEnum],
      description: 'Only tasks that have all of these fields.',
    }),
    threadId: t.id({ description: 'Only turns of this thread.' }),
    executionId: t.id({
      description: 'Only tasks of this execution. Absent: only tasks that do not belong to an execution.',
    }),
    sessionId: t.id({ description: 'Only tasks of this session.' }),
    templateName: t.string({ description: 'Only tasks that were created from a template with this name.' }),
  }),
});

/** The filter with local ids. */
export function localTaskFilter(filter: typeof TaskFilter.$inferInput | null | undefined) {
  const threadId = optionalId('Thread', filter?.threadId, 'filter.threadId') ?? null;
  const sessionId = optionalId('Session', filter?.sessionId, 'filter.sessionId') ?? null;
  const executionId = optionalId('Execution', filter?.executionId, 'filter.executionId') ?? null;
  return { ...filter, threadId, executionId, sessionId };
}

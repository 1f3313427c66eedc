import { builder } from '../builder/builder.ts';
import { OriginEnum, RunStatusEnum } from '../builder/enums.ts';
import { localId } from '../builder/global-id.ts';
import { TaskKindEnum, TaskLabelEnum } from '../runs/task-enums.ts';

export const TaskFilter = builder.inputType('TaskFilter', {
  fields: (t) => ({
    status: t.field({ type: RunStatusEnum, description: 'Only tasks that stand there.' }),
    statuses: t.field({ type: [RunStatusEnum], description: 'Only tasks that stand at one of these.' }),
    kinds: t.field({ type: [TaskKindEnum], description: 'Only tasks of these kinds.' }),
    types: t.stringList({ description: 'Only tasks of one of these types, 20 at most.' }),
    origins: t.field({ type: [OriginEnum], description: 'Only tasks that were made through one of these.' }),
    having: t.field({
      type: [TaskLabelEnum],
      description: 'Only tasks that have all of these.',
    }),
    threadId: t.id({ description: 'Only turns of this conversation.' }),
    executionId: t.id({
      description: 'The tasks of this execution; without it, only tasks that are no part of one.',
    }),
    sessionId: t.id({ description: 'Only tasks of this session.' }),
    templateName: t.string({ description: 'Only tasks that were made from a template of this name.' }),
  }),
});

/** With our own ids. */
export function localTaskFilter(filter: typeof TaskFilter.$inferInput | null | undefined) {
  const threadId = filter?.threadId ? localId('Thread', filter.threadId, 'filter.threadId') : null;
  const sessionId = filter?.sessionId ? localId('Session', filter.sessionId, 'filter.sessionId') : null;
  const executionId = filter?.executionId
    ? localId('Execution', filter.executionId, 'filter.executionId')
    : null;
  return { ...filter, threadId, executionId, sessionId };
}

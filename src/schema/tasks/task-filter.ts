import { builder } from '../builder/builder.ts';
import { optionalId } from '../builder/global-id.ts';
import { runFilterFields, runListArguments, turnFilterFields, withLocalIds } from '../runs/run-filter.ts';
import { TaskKindEnum, TaskLabelEnum } from '../runs/task-enums.ts';

export const TaskFilter = builder.inputType('TaskFilter', {
  description: 'Tasks of executions match only with an `executionId`.',
  fields: (t) => ({
    ...runFilterFields(t, 'tasks', { text: 'their titles, descriptions or prompts' }),
    ...turnFilterFields(t, 'tasks', { types: '', models: 'that were asked of' }),
    kinds: t.field({ type: [TaskKindEnum], description: 'Only tasks of these kinds.' }),
    agentIds: t.idList({ description: 'Only tasks of one of these agents, at most 20.' }),
    having: t.field({
      type: [TaskLabelEnum],
      description: 'Only tasks that have all of these fields.',
    }),
    executionId: t.id({
      description: 'Only tasks of this execution. Absent: only tasks that do not belong to an execution.',
    }),
    templateName: t.string({ description: 'Only tasks that were created from a template with this name.' }),
  }),
});

/** Arguments of every list of tasks, besides Relay's. */
export const taskListArguments = {
  ...runListArguments,
  ...builder.args((t) => ({
    filter: t.field({
      type: TaskFilter,
      description: 'Only items that match all of its fields; null matches everything.',
    }),
  })),
};

/** The filter as its use cases take it, with local ids. */
export function localTaskFilter(given: typeof TaskFilter.$inferInput | null | undefined) {
  const { executionId, kinds, ...filter } = withLocalIds(given) ?? {};
  return {
    executionId: optionalId('Execution', executionId, 'filter.executionId'),
    filter: { ...filter, taskKinds: kinds },
  };
}

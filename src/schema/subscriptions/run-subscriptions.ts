import type { Context } from '../../context.ts';
import { orchestrationEvents } from '../../resolvers/orchestrations/orchestration-events.ts';
import type { CurrentState } from '../../resolvers/request/run-events.ts';
import { taskEvents, tokens } from '../../resolvers/tasks/task-events.ts';
import { executionEvents } from '../../resolvers/workflows/execution-events.ts';
import { builder } from '../builder/builder.ts';
import { localId } from '../builder/global-id.ts';
import { RunEvent } from '../events/run-event.ts';
import { OrchestrationType } from '../orchestrations/orchestration.ts';
import { TaskType } from '../tasks/task.ts';
import { ExecutionType } from '../workflows/execution.ts';

builder.objectRef<CurrentState>('CurrentState').implement({
  interfaces: [RunEvent],
  description:
    'The current state of a run, sent first to every subscriber. Its seq is 0, as it is not an event of the log.',
  fields: (t) => ({
    task: t.expose('task', {
      type: TaskType,
      nullable: true,
      description: 'The task when the subscription began.',
    }),
    orchestration: t.expose('orchestration', {
      type: OrchestrationType,
      nullable: true,
      description: 'The orchestration when the subscription began.',
    }),
    execution: t.expose('execution', {
      type: ExecutionType,
      nullable: true,
      description: 'The execution when the subscription began.',
    }),
  }),
});

builder.subscriptionFields((t) => ({
  taskEvents: t.field({
    type: RunEvent,
    nullable: true,
    description:
      'The current state, then all events of the task after `after`, in order and without gaps. The stream completes after the last event.',
    args: {
      taskId: t.arg.id({ required: true }),
      after: t.arg.int({ description: 'The last seq that you received; absent or 0: from the first event.' }),
    },
    subscribe: (_root, { taskId, after }, context: Context) =>
      taskEvents(context, localId('Task', taskId, 'taskId'), after ?? 0),
    resolve: (taskEvent) => taskEvent,
  }),
  orchestrationEvents: t.field({
    type: RunEvent,
    nullable: true,
    description:
      'The current state, then all events of the orchestration after `after`, in order and without gaps. The stream completes after the last event.',
    args: {
      orchestrationId: t.arg.id({ required: true }),
      after: t.arg.int({ description: 'The last seq that you received; absent or 0: from the first event.' }),
    },
    subscribe: (_root, { orchestrationId, after }, context: Context) =>
      orchestrationEvents(context, localId('Orchestration', orchestrationId, 'orchestrationId'), after ?? 0),
    resolve: (runEvent) => runEvent,
  }),
  executionEvents: t.field({
    type: RunEvent,
    nullable: true,
    description:
      'Events of an execution and its steps, like `taskEvents`. Each `StepTaskCreated` contains the id of a task; follow that with `taskEvents`.',
    args: {
      executionId: t.arg.id({ required: true }),
      after: t.arg.int({ description: 'The last seq that you received; absent or 0: from the first event.' }),
    },
    subscribe: (_root, { executionId, after }, context: Context) =>
      executionEvents(context, localId('Execution', executionId, 'executionId'), after ?? 0),
    resolve: (executionEvent) => executionEvent,
  }),
  tokens: t.field({
    type: 'String',
    nullable: true,
    description:
      "The text of the task's current attempt as plain pieces, from its beginning and as it arrives. Null when a new attempt begins: discard all earlier pieces. Cannot be resumed; use `taskEvents` for that.",
    args: { taskId: t.arg.id({ required: true }) },
    subscribe: (_root, { taskId }, context: Context) => tokens(context, localId('Task', taskId, 'taskId')),
    resolve: (piece) => piece,
  }),
}));

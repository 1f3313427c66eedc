import type { Context } from '../context.ts';
import { executionEvents } from '../resolvers/workflows/execution-events.ts';
import { builder } from './builder.ts';
import { localId } from './global-id.ts';
import { RunEvent } from './run-event.ts';

builder.subscriptionField('executionEvents', (t) =>
  t.field({
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
);

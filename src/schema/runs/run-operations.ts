import { ownRun } from '../../resolvers/request/own-run.ts';
import { cancelRun, deleteRun, retryRun } from '../../resolvers/runs/run-lifecycle.ts';
import type { RunRow } from '../../store/runs/run-row.ts';
import { builder } from '../builder/builder.ts';
import { deletedPayload } from '../builder/deleted-payload.ts';
import { idInput } from '../builder/id-input.ts';
import { localRun } from './local-run.ts';
import { RunInterface } from './run.ts';

const RetryRunInput = idInput(
  'RetryRunInput',
  'The run.',
  'Only a FAILED run can be retried; others fail with INVALID_STATE.',
);
const DeleteRunInput = idInput(
  'DeleteRunInput',
  'The run.',
  'A part of an execution cannot be deleted alone; it is deleted with the execution.',
);

const CancelRunInput = builder.inputType('CancelRunInput', {
  description: 'Cancelling it again changes nothing; a run that ended otherwise fails with INVALID_STATE.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The run.' }),
    reason: t.string({
      description: 'The reason, kept in its log and those of its parts; at most 1000 characters.',
    }),
  }),
});

function payload(name: string, description: string) {
  return builder.objectRef<{ run: RunRow }>(name).implement({
    description,
    fields: (t) => ({
      run: t.expose('run', { type: RunInterface, description: 'The run after the change.' }),
    }),
  });
}

const CancelRunPayload = payload('CancelRunPayload', 'A cancelled run.');
const RetryRunPayload = payload('RetryRunPayload', 'A requeued run.');

const DeleteRunPayload = deletedPayload('DeleteRunPayload', 'A deleted run.');

builder.queryField('run', (t) =>
  t.field({
    type: RunInterface,
    nullable: true,
    description: "One of the viewer's runs, of any kind.",
    args: {
      id: t.arg.id({ required: true, description: 'The task, execution, orchestration or bulk operation.' }),
    },
    resolve: (_root, { id }, context) => {
      const run = localRun(id, 'id');
      return ownRun(context, run.kind, run.id, 'id');
    },
  }),
);

builder.mutationFields((t) => ({
  cancelRun: t.field({
    type: CancelRunPayload,
    nullable: true,
    description:
      'Cancels a run with its parts. When the mutation returns, it writes nothing more and its connections to providers are closed.',
    args: { input: t.arg({ type: CancelRunInput, required: true }) },
    resolve: async (_root, { input }, context) => {
      const { kind, id } = localRun(input.id, 'input.id');
      return { run: await cancelRun(context, kind, id, input.reason ?? null) };
    },
  }),
  retryRun: t.field({
    type: RetryRunPayload,
    nullable: true,
    description:
      'Requeues a failed run; it continues from its last checkpoint. A part of an execution is retried with the execution.',
    args: { input: t.arg({ type: RetryRunInput, required: true }) },
    resolve: async (_root, { input }, context) => {
      const { kind, id } = localRun(input.id, 'input.id');
      return { run: await retryRun(context, kind, id) };
    },
  }),
  deleteRun: t.field({
    type: DeleteRunPayload,
    nullable: true,
    description: 'Deletes a run, its parts and their logs. An unfinished run is cancelled first.',
    args: { input: t.arg({ type: DeleteRunInput, required: true }) },
    resolve: async (_root, { input }, context) => {
      const { kind, id } = localRun(input.id, 'input.id');
      await deleteRun(context, kind, id);
      return { deletedId: input.id };
    },
  }),
}));

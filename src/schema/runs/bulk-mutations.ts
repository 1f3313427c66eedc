import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { bulkOperation, type GivenBulk } from '../../resolvers/bulk/create-bulk.ts';
import { KINDS } from '../../rules/runs/kinds.ts';
import type { BulkRow, BulkTarget } from '../../store/bulk/bulk.ts';
import type { BulkAction } from '../../vocabulary.ts';
import { builder } from '../builder/builder.ts';
import { BulkOperationType } from './bulk-operation.ts';
import { localRun } from './local-run.ts';
import { RunFilter, withLocalIds } from './run-filter.ts';

type Fields = PothosSchemaTypes.InputFieldBuilder<typeof builder.$inferSchemaTypes, 'InputObject'>;

/** Which runs. @param done to them, as a participle */
function selectionFields(t: Fields, done: string) {
  return {
    ids: t.idList({
      description: `The runs to be ${done}, 1 to 1000; without bulk operations. One that does not exist, or belongs to another account, is skipped.`,
    }),
    filter: t.field({
      type: RunFilter,
      description: `Every run that \`runs\` would list with this filter is ${done}, except bulk operations, without a limit of their number. With \`text\`, all runs are searched. It must have at least one field, and \`tags\` must not be empty. A run whose status is not one of \`statuses\` any more is skipped.`,
    }),
    all: t.boolean({
      description: `True: all runs of the account are ${done}, except bulk operations. A filter without fields is refused instead, so that nothing is selected by accident.`,
    }),
    idempotencyKey: t.string({
      description:
        'Repeating the same request with the same key returns the same bulk operation; a different request with the key fails with CONFLICT.',
    }),
  };
}

const ONE_OF = 'Exactly one of `ids`, `filter` and `all`.';

const CancelRunsInput = builder.inputType('CancelRunsInput', {
  description: ONE_OF,
  fields: (t) => ({
    ...selectionFields(t, 'cancelled'),
    reason: t.string({ description: 'The reason, kept in the log of each run; at most 1000 characters.' }),
  }),
});
const RetryRunsInput = builder.inputType('RetryRunsInput', {
  description: `${ONE_OF} Only failed runs are retried; others are skipped.`,
  fields: (t) => selectionFields(t, 'retried'),
});
const DeleteRunsInput = builder.inputType('DeleteRunsInput', {
  description: `${ONE_OF} Unfinished runs are cancelled first; parts of executions are skipped.`,
  fields: (t) => selectionFields(t, 'deleted'),
});

function payload(name: string, description: string) {
  return builder.objectRef<{ bulkOperation: BulkRow }>(name).implement({
    description,
    fields: (t) => ({
      bulkOperation: t.expose('bulkOperation', {
        type: BulkOperationType,
        description: 'The run that does it. Follow it with `runEvents`.',
      }),
    }),
  });
}

const CancelRunsPayload = payload('CancelRunsPayload', 'The cancelling of many runs.');
const RetryRunsPayload = payload('RetryRunsPayload', 'The retrying of many runs.');
const DeleteRunsPayload = payload('DeleteRunsPayload', 'The deleting of many runs.');

type Given = Omit<GivenBulk, 'filter' | 'targets'> & {
  ids?: readonly (string | number)[] | null | undefined;
  filter?: Parameters<typeof withLocalIds>[0];
};

async function create(context: Context, action: BulkAction, { ids, filter, ...given }: Given) {
  const targets = ids?.map((id, index) => inBulk(String(id), `input.ids.${index}`));
  const local = { ...given, targets, filter: withLocalIds(filter) };
  return { bulkOperation: await bulkOperation(context, action, local) };
}

/** @throws DomainError NOT_FOUND for anything but the id of a run, VALIDATION_ERROR for a bulk operation */
function inBulk(globalId: string, field: string): BulkTarget {
  const run = localRun(globalId, field);
  if (KINDS[run.kind].isInBulk) return run;
  const message = 'must not be a bulk operation';
  throw new DomainError('VALIDATION_ERROR', `${field}: ${message}`, { field, issues: [{ field, message }] });
}

const LATER =
  'Returns at once; a worker does it, some runs at a time. With 10 unfinished bulk operations of the account, it fails with RATE_LIMITED. Only runs that exist now are selected, and what has changed when it comes to them is skipped, with a reason.';

builder.mutationFields((t) => ({
  cancelRuns: t.field({
    type: CancelRunsPayload,
    nullable: true,
    description: `Cancels many runs with their parts. ${LATER}`,
    args: { input: t.arg({ type: CancelRunsInput, required: true }) },
    resolve: (_root, { input }, context) => create(context, 'cancel', input),
  }),
  retryRuns: t.field({
    type: RetryRunsPayload,
    nullable: true,
    description: `Requeues many failed runs, the oldest first. Those beyond the limits of the account fail with the code of the limit, and may be retried again later. ${LATER}`,
    args: { input: t.arg({ type: RetryRunsInput, required: true }) },
    resolve: (_root, { input }, context) => create(context, 'retry', input),
  }),
  deleteRuns: t.field({
    type: DeleteRunsPayload,
    nullable: true,
    description: `Deletes many runs, their parts and their logs. Unfinished ones are cancelled first. ${LATER}`,
    args: { input: t.arg({ type: DeleteRunsInput, required: true }) },
    resolve: (_root, { input }, context) => create(context, 'delete', input),
  }),
}));

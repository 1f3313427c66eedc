import { ownRun } from '../../resolvers/request/own-run.ts';
import type { BulkExample } from '../../rules/runs/bulk.ts';
import { KINDS } from '../../rules/runs/kinds.ts';
import type { BulkRow } from '../../store/bulk/bulk.ts';
import { BULK_ACTIONS, BULK_EXCEPTIONS } from '../../vocabulary.ts';
import { builder } from '../builder/builder.ts';
import { capitals } from '../builder/enum-values.ts';
import { ErrorCodeEnum } from '../builder/error-codes.ts';
import { globalId } from '../builder/global-id.ts';
import { localRun } from './local-run.ts';
import { RunInterface } from './run.ts';

const BulkActionEnum = builder.enumType('BulkAction', {
  description: 'What a bulk operation does to each of its runs.',
  values: capitals(BULK_ACTIONS, {
    cancel: 'Cancels it, as `cancelRun` does.',
    retry: 'Queues it again, as `retryRun` does.',
    delete: 'Deletes it, as `deleteRun` does.',
  }),
});

const BulkExceptionEnum = builder.enumType('BulkException', {
  description: 'Why a bulk operation did nothing to a run.',
  values: capitals(BULK_EXCEPTIONS, {
    skipped:
      'It was not in a state for it: it had ended, had not failed, or did not exist any more. Nothing has to be done.',
    failed: 'It was refused, for example by a limit of the account. The same request may succeed later.',
  }),
});

const BulkExampleType = builder.objectRef<BulkExample>('BulkExample').implement({
  description: 'A run to which a bulk operation did nothing.',
  fields: (t) => ({
    runId: t.id({
      description: 'The id of the run, which may have been deleted.',
      resolve: ({ kind, runId }) => globalId(KINDS[kind].type, runId),
    }),
    exception: t.expose('exception', {
      type: BulkExceptionEnum,
      description: 'Whether it was skipped or refused.',
    }),
    code: t.expose('code', {
      type: ErrorCodeEnum,
      description: 'The code with which the mutation for this run alone would have failed.',
    }),
    message: t.exposeString('message', { description: 'The reason in words.' }),
  }),
});

export const BulkOperationType = builder.objectRef<BulkRow>('BulkOperation');
builder.node(BulkOperationType, {
  interfaces: [RunInterface],
  description:
    'The cancelling, retrying or deleting of many runs, as a run of its own: it is followed with `runEvents`, listed by `runs`, and cancelled with `cancelRun`, which leaves the runs that it has not come to as they are. It continues where it was when its worker is lost.',
  id: {
    description: 'Global id; pass it to any argument that takes the id of a run.',
    resolve: ({ id }) => id,
  },
  fields: (t) => ({
    action: t.expose('action', { type: BulkActionEnum, description: 'What it does to each run.' }),
    matched: t.exposeInt('matched', {
      nullable: true,
      description:
        'The number of runs that were selected, of those that existed when it was created. Null until a worker has looked for them.',
    }),
    done: t.exposeInt('done', { description: 'Runs that were cancelled, queued again or deleted so far.' }),
    skipped: t.exposeInt('skipped', {
      description: 'Runs so far that were not in a state for it any more.',
    }),
    failed: t.exposeInt('failed', { description: 'Runs so far for which it was refused.' }),
    examples: t.expose('examples', {
      type: [BulkExampleType],
      description: 'The first 20 runs that were skipped, and the first 20 for which it was refused.',
    }),
  }),
});

builder.queryField('bulkOperation', (t) =>
  t.field({
    type: BulkOperationType,
    nullable: true,
    description: "One of the viewer's bulk operations. `runs(filter: { kinds: [BULK] })` lists them.",
    args: { id: t.arg.id({ required: true, description: 'The bulk operation.' }) },
    resolve: (_root, { id }, context) => ownRun(context, 'bulk', localRun(id, 'id').id, 'id'),
  }),
);

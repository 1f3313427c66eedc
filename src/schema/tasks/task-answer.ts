import { outputOf } from '../../resolvers/tasks/text.ts';
import type { TaskResult } from '../../rules/tasks/task.ts';
import { FINISH_REASONS } from '../../vocabulary.ts';
import { builder } from '../builder/builder.ts';
import { FinishReasonEnum } from '../builder/model-enums.ts';
import { TaskType } from './task.ts';

builder.objectFields(TaskType, (t) => ({
  output: t.string({
    nullable: true,
    description:
      'The text of its result. Until it has completed, the text that its latest model call has generated so far; subscribe to `text` for the rest.',
    extensions: { columns: ['result'] },
    resolve: (row, _arguments, context) => outputOf(row, context),
  }),
  reasoning: t.string({
    description: 'The reasoning that its latest model call has shown; empty: none.',
    resolve: async ({ id, lastSeq }, _arguments, { loaders }) =>
      (await loaders.reasonings.load({ runId: id, seq: lastSeq })) ?? '',
  }),
  data: t.field({
    type: 'JSON',
    nullable: true,
    description: 'The parsed answer, if it has a response schema and has completed.',
    extensions: { columns: ['result'] },
    resolve: ({ result }) => memberOf(result, 'data'),
  }),
  finishReason: t.field({
    type: FinishReasonEnum,
    nullable: true,
    description:
      'Why the model that generated its result stopped; null: it has not completed, or used no model.',
    extensions: { columns: ['result'] },
    resolve: ({ result }) => FINISH_REASONS.find((word) => word === memberOf(result, 'finishReason')),
  }),
  success: t.boolean({
    nullable: true,
    description: 'AGENT, once completed: whether it did what was requested.',
    extensions: { columns: ['result'] },
    resolve: ({ result }) => booleanIn(memberOf(result, 'success')),
  }),
  summary: t.string({
    nullable: true,
    description: 'AGENT, once completed: its summary of the work.',
    extensions: { columns: ['result'] },
    resolve: ({ result }) => textIn(memberOf(result, 'summary')),
  }),
  result: t.expose('result', {
    type: 'JSON',
    nullable: true,
    description:
      'If completed, all of its result as JSON: `output`, `model`, `provider` and `finishReason`; for a template also `steps`, for an agent `success` and `summary`.',
  }),
}));

/** A result that was given manually has any members. */
function memberOf(result: TaskResult | null, member: string): unknown {
  return result && Object.hasOwn(result, member) ? (result as Record<string, unknown>)[member] : null;
}

const textIn = (value: unknown) => (typeof value === 'string' ? value : null);
const booleanIn = (value: unknown) => (typeof value === 'boolean' ? value : null);

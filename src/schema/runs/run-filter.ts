import { DIRECTIONS, RUN_ORDERS } from '../../rules/runs/run-order.ts';
import { builder } from '../builder/builder.ts';
import { capitals } from '../builder/enum-values.ts';
import { OriginEnum, RunKindEnum, RunStatusEnum } from '../builder/enums.ts';
import { RunErrorCodeEnum } from '../builder/error-codes.ts';
import { localId, optionalId } from '../builder/global-id.ts';
import { pageArguments } from '../builder/page-arguments.ts';

const DateTimeRange = builder.inputType('DateTimeRange', {
  description: 'A range of time; open where a field is absent or null.',
  fields: (t) => ({
    from: t.field({ type: 'DateTime', description: 'From this time on, inclusive.' }),
    to: t.field({ type: 'DateTime', description: 'Until this time, exclusive.' }),
  }),
});

const RunOrderFieldEnum = builder.enumType('RunOrderField', {
  description: 'What a list of runs is ordered by. Runs that are equal in it are ordered by their ids.',
  values: capitals(RUN_ORDERS, {
    created_at: 'When they were created.',
    updated_at: 'When their status or a requested setting last changed.',
    ended_at: 'When they ended. Runs that have not ended count as later than all others.',
    priority: 'Their priority.',
    cost: 'Their known cost. Executions count as 0 until they end.',
  }),
});

const OrderDirectionEnum = builder.enumType('OrderDirection', {
  description: 'Ascending or descending.',
  values: capitals(DIRECTIONS, {
    asc: 'Lowest or earliest first.',
    desc: 'Highest or latest first.',
  }),
});

const RunOrder = builder.inputType('RunOrder', {
  description: 'The order of a list of runs. Cursors are only valid for the field that they were read with.',
  fields: (t) => ({
    field: t.field({ type: RunOrderFieldEnum, required: true, description: 'What to compare.' }),
    direction: t.field({ type: OrderDirectionEnum, description: 'Absent: DESC.' }),
  }),
});

/** Arguments of every list of runs, besides its filter and Relay's. */
export const runListArguments = {
  ...pageArguments,
  ...builder.args((t) => ({
    orderBy: t.field({
      type: RunOrder,
      description: 'The order of the items. Default: newest first.',
    }),
  })),
};

type Fields = PothosSchemaTypes.InputFieldBuilder<typeof builder.$inferSchemaTypes, 'InputObject'>;

/** Fields of the filter of every list of runs. @param noun of the runs, in the plural */
export function runFilterFields(t: Fields, noun: string, { text }: { text: string }) {
  return {
    statuses: t.field({ type: [RunStatusEnum], description: `Only ${noun} with one of these statuses.` }),
    origins: t.field({
      type: [OriginEnum],
      description: `Only ${noun} that were created through one of these APIs.`,
    }),
    errorCodes: t.field({
      type: [RunErrorCodeEnum],
      description: `Only ${noun} that failed with one of these errors.`,
    }),
    tags: t.stringList({ description: `Only ${noun} that have all of these tags, at most 20.` }),
    createdAt: t.field({ type: DateTimeRange, description: `Only ${noun} that were created in this range.` }),
    text: t.string({
      description: `Only ${noun} with all of these words, 1 to 200 characters, in ${text}. Whole words are compared, in any case, in the first 20000 characters of a run.`,
    }),
  };
}

/** More fields for lists of runs that are turns of conversations. */
export function turnFilterFields(
  t: Fields,
  noun: string,
  { types, models }: { types: string; models: string },
) {
  return {
    types: t.stringList({ description: `Only ${noun} of one of these types, at most 20${types}.` }),
    models: t.stringList({
      description: `Only ${noun} ${models} one of these models, as \`model\` or \`provider/model\`; at most 20.`,
    }),
    sessionId: t.id({ description: `Only ${noun} of this session.` }),
    threadId: t.id({ description: 'Only turns of this thread.' }),
  };
}

export const RunFilter = builder.inputType('RunFilter', {
  description:
    'A field that a kind of run does not have excludes all runs of that kind: `agentIds` finds only tasks, and executions have no types, models, sessions and threads.',
  fields: (t) => ({
    ...runFilterFields(t, 'runs', {
      text: 'the title, description and prompt of a task, the prompt of an orchestration, or the name of the workflow of an execution',
    }),
    ...turnFilterFields(t, 'runs', {
      types: '; the type of an orchestration is its `domain`',
      models: 'that were asked of',
    }),
    kinds: t.field({ type: [RunKindEnum], description: 'Only runs of these kinds.' }),
    agentIds: t.idList({ description: 'Only tasks of one of these agents, at most 20.' }),
  }),
});

interface GlobalIds {
  sessionId?: string | null | undefined;
  threadId?: string | null | undefined;
  agentIds?: readonly string[] | null | undefined;
}

/** A filter with local ids. @throws DomainError NOT_FOUND for an id of something else */
export function withLocalIds<Filter extends GlobalIds>(filter: Filter | null | undefined) {
  if (!filter) return null;
  return {
    ...filter,
    sessionId: optionalId('Session', filter.sessionId, 'filter.sessionId'),
    threadId: optionalId('Thread', filter.threadId, 'filter.threadId'),
    agentIds: filter.agentIds?.map((id, index) => localId('Agent', id, `filter.agentIds.${index}`)),
  };
}

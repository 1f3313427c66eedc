import type { Loaders } from '../../context.ts';
import { KINDS } from '../../rules/runs/kinds.ts';
import type { RunRow } from '../../store/runs/run-row.ts';
import { builder } from '../builder/builder.ts';
import { OriginEnum, RunStatusEnum } from '../builder/enums.ts';
import { BudgetType } from './budget.ts';
import { RunErrorType } from './run-error.ts';
import { NO_SPEND, UsageType } from './usage.ts';

export const RunInterface = builder.interfaceRef<RunRow>('Run').implement({
  description:
    'The fields of every run: a task, an execution of a workflow, an orchestration, or a bulk operation.',
  interfaces: [builder.nodeInterfaceRef()],
  resolveType: ({ runKind }) => KINDS[runKind].type,
  fields: (t) => ({
    status: t.expose('status', { type: RunStatusEnum, description: 'Status of the run.' }),
    label: t.exposeString('label', {
      description:
        'A short name to display, at most 120 characters: the title of a task or the beginning of its prompt, the beginning of the prompt of an orchestration, the name of a workflow, or the action of a bulk operation. May be empty.',
    }),
    origin: t.expose('origin', { type: OriginEnum, description: 'The API through which it was created.' }),
    priority: t.exposeInt('priority', {
      description:
        '1 to 10; higher numbers run first. Tasks of an execution have its priority. A bulk operation has 11, so that it does not wait for what it is to end.',
    }),
    attempt: t.exposeInt('attempt', {
      description: '0 until it first starts; increases when it is retried or its text starts over.',
    }),
    lastSeq: t.exposeInt('lastSeq', {
      description:
        'Sequence number of the latest event. Pass it as `after` to `runEvents` to receive only newer events.',
    }),
    progress: t.exposeFloat('progress', {
      description:
        '0 to 1; never decreases. Of an execution, the share of its steps that have ended; of an orchestration, of its rounds; of a bulk operation, of its runs.',
    }),
    error: t.expose('error', {
      type: RunErrorType,
      nullable: true,
      description: 'Why it failed; null unless its status is FAILED.',
    }),
    cancelReason: t.exposeString('cancelReason', {
      nullable: true,
      description: 'The reason given when it was cancelled, if one was.',
    }),
    budget: t.field({
      type: BudgetType,
      nullable: true,
      description: 'Its own cost limit; null when it was created without one.',
      resolve: ({ id }, _arguments, { loaders }) => loaders.budgets.load(id),
    }),
    cost: t.float({
      description:
        'US dollars: the sum over its model calls with a known cost, including those of its parts.',
      resolve: async (run, _arguments, { loaders }) => (await spendOf(run, loaders)).cost,
    }),
    costComplete: t.boolean({
      description: 'Whether `cost` includes every call; false when the cost of one is unknown.',
      resolve: async (run, _arguments, { loaders }) => (await spendOf(run, loaders)).costComplete,
    }),
    usage: t.field({
      type: UsageType,
      description: 'Tokens of its model calls, including those of its parts.',
      resolve: (run, _arguments, { loaders }) => spendOf(run, loaders),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was created.' }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      description: 'When its status or one of its requested settings last changed.',
    }),
    startedAt: t.expose('startedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it first started.',
    }),
    endedAt: t.expose('endedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it completed, failed or was cancelled; null: it has not ended.',
    }),
    startAt: t.expose('startAt', {
      type: 'DateTime',
      nullable: true,
      description: 'The earliest time at which it starts, as the client asked; null: as soon as possible.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'The time at which it fails with EXPIRED if it has not started by then; null: it does not expire. A retry sets it to null.',
    }),
    tags: t.exposeStringList('tags', {
      description:
        'Tags by which lists can be filtered: `runs(filter: { tags: ["…"] })`. Set when the run is created; `updateTask` replaces those of a task.',
    }),
    metadata: t.expose('metadata', {
      type: 'JSON',
      nullable: true,
      description: 'A JSON object that its creator stored with it; it does not affect the run.',
    }),
  }),
});

async function spendOf({ id, runKind }: RunRow, loaders: Loaders) {
  const loader = KINDS[runKind].callsAreOfParts ? loaders.executionSpend : loaders.spend;
  return (await loader.load(id)) ?? NO_SPEND;
}

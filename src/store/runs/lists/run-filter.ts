import type { Origin, RunKind, RunStatus, TaskKind, TaskLabel } from '../../../vocabulary.ts';
import type { AddParameter } from '../../database/statement.ts';
import { EXECUTION_STATUS } from '../run-row.ts';

/** Runs that match all of its members; null matches every run, and a list matches any of its items. */
export interface RunFilter {
  statuses: readonly RunStatus[] | null;
  origins: readonly Origin[] | null;
  errorCodes: readonly string[] | null;
  /** All of them must be there. */
  tags: readonly string[] | null;
  /** Inclusive. */
  createdFrom: Date | null;
  /** Exclusive. */
  createdTo: Date | null;
  /** Words that must all be in the texts of the run. */
  text: string | null;
  types: readonly string[] | null;
  /** As `model` or `provider/model`. */
  models: readonly string[] | null;
  agentIds: readonly string[] | null;
  sessionId: string | null;
  threadId: string | null;
  taskKinds: readonly TaskKind[] | null;
  templateName: string | null;
  workflowId: string | null;
  /** Descriptive fields of a task that must be set. */
  having: readonly TaskLabel[] | null;
}

/** Matches every run. */
export const EVERY_RUN: RunFilter = {
  statuses: null,
  origins: null,
  errorCodes: null,
  tags: null,
  createdFrom: null,
  createdTo: null,
  text: null,
  types: null,
  models: null,
  agentIds: null,
  sessionId: null,
  threadId: null,
  taskKinds: null,
  templateName: null,
  workflowId: null,
  having: null,
};

/** Columns that not every kind of run has. A filter of one that a kind has not matches none of its runs. */
interface KindColumns {
  status: string;
  type?: string;
  threadId?: string;
  agentId?: string;
  taskKind?: string;
  templateName?: string;
  workflowId?: string;
  /** SQL: one of the models is that of the run. @param models SQL of a list of names */
  usesModel?(models: string): string;
  texts: readonly string[];
}

const isNamed = (table: string, models: string) =>
  `(${table}.model = any(${models}) or ${table}.provider || '/' || ${table}.model = any(${models}))`;

const KINDS: Record<RunKind, KindColumns> = {
  task: {
    status: 'run.status',
    type: 'task.type',
    threadId: 'task.thread_id',
    agentId: 'task.agent_id',
    taskKind: 'task.kind',
    templateName: 'task.template_name',
    usesModel: (models) => isNamed('task', models),
    texts: ['task.title', 'task.description', 'task.prompt'],
  },
  execution: {
    status: EXECUTION_STATUS,
    workflowId: 'execution.workflow_id',
    texts: ['execution.workflow_name'],
  },
  orchestration: {
    status: 'run.status',
    type: 'orchestration.domain',
    threadId: 'orchestration.thread_id',
    usesModel: (models) =>
      `exists (select from orchestration_round as round where orchestration_id = run.id and ${isNamed('round', models)})`,
    texts: ['orchestration.prompt'],
  },
  bulk: { status: 'run.status', texts: ['bulk.action'] },
};

/**
 * The same condition without an estimate of how few rows match: Postgres guesses a thousandth, and would then rather
 * read the runs of all accounts than those of one in their order.
 */
function unestimated<Condition extends string | undefined>(condition: Condition): Condition | string {
  return condition && `case when ${condition} then true end`;
}

/** Characters that are searched: Postgres takes 5 ms to parse as many. */
const SEARCHED = 20_000;

type Conditions = Record<string, string | undefined>;

/** SQL conditions by their names. The names determine the text, so that statements can be named after them. */
export function filterSql(kind: RunKind, filter: RunFilter, parameter: AddParameter): Record<string, string> {
  const columns = KINDS[kind];
  const oneOf = (column: string | undefined, values: readonly string[] | null) =>
    values === null ? undefined : column ? `${column} = any(${parameter(values, 'text[]')})` : 'false';
  const equal = (column: string | undefined, value: string | null) =>
    value === null ? undefined : column ? `${column} = ${parameter(value, 'text')}` : 'false';
  const conditions: Conditions = {
    ...ofRun(filter, parameter),
    statuses: oneOf(columns.status, filter.statuses),
    // By its status, so that the kind's table is read only for runs that can have an error.
    failed: filter.errorCodes ? `run.status = 'failed'` : undefined,
    errorCodes: unestimated(oneOf(`${kind}.error ->> 'code'`, filter.errorCodes)),
    types: oneOf(columns.type, filter.types),
    agentIds: oneOf(columns.agentId, filter.agentIds),
    taskKinds: oneOf(columns.taskKind, filter.taskKinds),
    threadId: equal(columns.threadId, filter.threadId),
    templateName: equal(columns.templateName, filter.templateName),
    workflowId: equal(columns.workflowId, filter.workflowId),
    models: filter.models ? (columns.usesModel?.(parameter(filter.models, 'text[]')) ?? 'false') : undefined,
    text:
      filter.text === null
        ? undefined
        : unestimated(containsSql(columns.texts, parameter(filter.text, 'text'))),
  };
  for (const label of filter.having ?? []) {
    conditions[`having ${label}`] = kind === 'task' ? `task.${label} is not null` : 'false';
  }
  return Object.fromEntries(
    Object.entries(conditions).flatMap(([name, condition]) => (condition ? [[name, condition]] : [])),
  );
}

function ofRun(filter: RunFilter, parameter: AddParameter): Conditions {
  const { origins, tags, sessionId, createdFrom, createdTo } = filter;
  return {
    origins: origins ? `run.origin = any(${parameter(origins, 'text[]')})` : undefined,
    tags: unestimated(tags ? `run.tags @> ${parameter(tags, 'text[]')}` : undefined),
    sessionId: sessionId === null ? undefined : `run.session_id = ${parameter(sessionId, 'text')}`,
    createdFrom: createdFrom ? `run.created_at >= ${parameter(createdFrom, 'timestamptz')}` : undefined,
    createdTo: createdTo ? `run.created_at < ${parameter(createdTo, 'timestamptz')}` : undefined,
  };
}

/** SQL of how many characters of a run are searched at most, without reading them: bytes, which are more. */
export function textLengthSql(kind: RunKind): string {
  const lengths = KINDS[kind].texts.map((column) => `coalesce(octet_length(${column}), 0)`);
  return `least(${lengths.join(' + ')}, ${SEARCHED})`;
}

function containsSql(texts: readonly string[], words: string): string {
  const text = texts.map((column) => `coalesce(left(${column}, ${SEARCHED}), '')`).join(` || ' ' || `);
  return `to_tsvector('simple', left(${text}, ${SEARCHED})) @@ plainto_tsquery('simple', ${words})`;
}

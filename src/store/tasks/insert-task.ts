import type { ClientBase, Pool } from 'pg';
import { columnsOf, insertSql, statement, type Values } from '../database/statement.ts';
import { createdRunSql, loggedSql } from '../log/append-sql.ts';
import { bytesOf, eventsParameter, toLoggedEvents } from '../log/event-log.ts';
import type { LoggedEvent } from '../log/events.ts';
import { homeSql } from '../sessions/sessions.ts';
import type { NewTask } from './new-task.ts';
import { TASK_COLUMNS, type TaskRow } from './tasks.ts';

/** Columns of its run. */
const RUN = {
  id: 'text',
  owner_id: 'text',
  origin: 'text',
  status: 'text',
  priority: 'integer',
  blockers: 'integer',
  parent_id: 'text',
} as const;

const TASK = {
  kind: 'text',
  type: 'text',
  title: 'text',
  description: 'text',
  target: 'text',
  context: 'jsonb',
  task_parameters: 'jsonb',
  prompt: 'text',
  prompt_is_ours: 'boolean',
  system: 'text',
  parameters: 'jsonb',
  provider: 'text',
  model: 'text',
  fallback_models: 'jsonb',
  fallback_is_ours: 'boolean',
  response_schema: 'jsonb',
  thread_id: 'text',
  agent_id: 'text',
  tools: 'text[]',
  limits: 'jsonb',
  template_name: 'text',
  template_version: 'integer',
  template_plan: 'jsonb',
  template_parameters: 'jsonb',
  secrets: 'text',
  step_key: 'text',
  step_item: 'integer',
  step_attempt: 'integer',
  prediction: 'jsonb',
} as const;

const NEW_TASK = {
  ...RUN,
  ...TASK,
  session_id: 'text',
  cost_limit: 'numeric',
  idempotency_key: 'text',
  body_hash: 'text',
  events: 'jsonb',
} as const;

const insert = statement('create-task', { ...NEW_TASK, bytes: 'bigint' }, ($) => {
  const moved = createdRunSql(
    {
      ...columnsOf($, RUN),
      kind: `'task'`,
      session_id: 'home.session_id',
      has_dependents: `${$.parent_id} is not null`,
      bytes: $.bytes,
      counted_bytes: $.bytes,
    },
    `from home where ${$.idempotency_key} is null or exists (select from claimed)`,
    $.events,
  );
  const task = insertSql('task', {
    id: 'moved.id',
    joined_at: `case when ${$.thread_id} is not null then clock_timestamp() end`,
    ...columnsOf($, TASK),
  });
  const logged = loggedSql(moved);
  return `
    with ${homeSql($.session_id, $.owner_id)}, claimed as (
      insert into idempotency_key (owner_id, key, body_hash, run_id)
      select ${$.owner_id}, ${$.idempotency_key}, ${$.body_hash}, ${$.id} from home where ${$.idempotency_key} is not null
      on conflict do nothing returning key
    ), ${moved.sql}, asked as (
      ${task} from moved returning *
    ), limited as (
      insert into budget (subject_id, kind, cost_limit)
      select id, 'task', ${$.cost_limit} from moved where ${$.cost_limit} is not null
    ), ${logged.sql}
    select ${TASK_COLUMNS}, ${logged.events} as events from moved as run, asked as task`;
});

export interface CreatedTask {
  row: TaskRow;
  events: LoggedEvent[];
  /** false: it waits for something. */
  isReady: boolean;
}

/** One statement. @returns null when the idempotency key exists, or when the session is not active */
export async function insertTask(
  connection: Pool | ClientBase,
  task: NewTask,
  blockers: number,
): Promise<CreatedTask | null> {
  const values = { ...runValues(task, blockers), ...taskValues(task) };
  const { rows } = await connection.query<TaskRow & Pick<CreatedTask, 'events'>>(
    insert({ ...values, bytes: bytesOf(...Object.values(values)) }),
  );
  const [created] = rows;
  if (!created) return null;
  const { events, ...row } = created;
  return { row, events: toLoggedEvents(events), isReady: blockers === 0 && !task.hold };
}

function runValues(task: NewTask, blockers: number): Values<Omit<typeof NEW_TASK, keyof typeof TASK>> {
  return {
    id: task.id,
    owner_id: task.ownerId,
    origin: task.origin,
    status: task.hold ? 'pending' : 'queued',
    priority: task.priority,
    blockers,
    parent_id: task.parent?.runId ?? null,
    session_id: task.sessionId,
    cost_limit: task.maxCost,
    idempotency_key: task.idempotency?.key ?? null,
    body_hash: task.idempotency?.bodyHash ?? null,
    events: eventsParameter(task.events),
  };
}

function taskValues(task: NewTask): Values<typeof TASK> {
  const { agent, template, parent, subject } = task;
  return {
    kind: task.kind,
    type: task.type,
    title: subject.title,
    description: subject.description,
    target: subject.target,
    context: subject.context && JSON.stringify(subject.context),
    task_parameters: subject.taskParameters && JSON.stringify(subject.taskParameters),
    prompt: task.prompt,
    prompt_is_ours: task.promptIsOurs,
    system: task.system,
    parameters: JSON.stringify(task.parameters),
    provider: task.provider,
    model: task.model,
    fallback_models: JSON.stringify(task.fallbackModels),
    fallback_is_ours: task.fallbackIsOurs,
    response_schema: task.responseSchema && JSON.stringify(task.responseSchema),
    thread_id: task.threadId,
    agent_id: agent?.id ?? null,
    tools: agent?.tools ?? [],
    limits: agent && JSON.stringify(agent.limits),
    template_name: template?.name ?? null,
    template_version: template?.version ?? null,
    template_plan: template && JSON.stringify(template.plan),
    template_parameters: template && JSON.stringify(template.values),
    secrets: template?.secrets ?? null,
    step_key: parent?.stepKey ?? null,
    step_item: parent?.stepItem ?? null,
    step_attempt: parent?.stepAttempt ?? null,
    prediction: task.prediction && JSON.stringify(task.prediction),
  };
}

import type { ClientBase, Pool } from 'pg';
import { columnsOf, insertSql, statement, type Values } from '../database/statement.ts';
import { loggedSql } from '../log/append-sql.ts';
import { bytesOf, eventsParameter, toLoggedEvents } from '../log/event-log.ts';
import type { LoggedEvent } from '../log/events.ts';
import { NEW_RUN, newRunSql } from '../runs/create-run.ts';
import { homeSql } from '../sessions/sessions.ts';
import type { NewTask } from './new-task.ts';
import { TASK_COLUMNS, type TaskRow } from './tasks.ts';

/** Columns that are stored as they are given; their parameters have the same names. */
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
  ...NEW_RUN,
  status: 'text',
  blockers: 'integer',
  parent_id: 'text',
  session_id: 'text',
  ...TASK,
} as const;

const insert = statement('create-task', NEW_TASK, ($) => {
  const { status, blockers, parent_id } = $;
  const ofRun = { status, blockers, parent_id, has_dependents: `${parent_id} is not null` };
  const moved = newRunSql(
    $,
    'task',
    { ...ofRun, session_id: 'home.session_id', agent_id: $.agent_id },
    'home',
  );
  const task = insertSql('task', {
    id: 'moved.id',
    joined_at: `case when ${$.thread_id} is not null then clock_timestamp() end`,
    ...columnsOf($, TASK),
  });
  const logged = loggedSql(moved);
  return `
    with ${homeSql($.session_id, $.owner_id)}, ${moved.sql}, asked as (
      ${task} from moved returning *
    ), ${logged.sql}
    select ${TASK_COLUMNS}, ${logged.events} as events, run.blockers = 0 as "isUnblocked" from moved as run, asked as task`;
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
  const { rows } = await connection.query<TaskRow & { events: LoggedEvent[]; isUnblocked: boolean }>(
    insert({ ...values, bytes: bytesOf(...Object.values(values), ...task.tags) }),
  );
  const [created] = rows;
  if (!created) return null;
  const { events, isUnblocked, ...row } = created;
  return { row, events: toLoggedEvents(events), isReady: isUnblocked && !task.hold };
}

function runValues(
  task: NewTask,
  blockers: number,
): Values<Omit<typeof NEW_TASK, keyof typeof TASK | 'bytes'>> {
  return {
    id: task.id,
    owner_id: task.ownerId,
    origin: task.origin,
    status: task.hold ? 'pending' : 'queued',
    priority: task.priority,
    tags: task.tags,
    metadata: task.metadata && JSON.stringify(task.metadata),
    start_at: task.startAt,
    expires_at: task.expiresAt,
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

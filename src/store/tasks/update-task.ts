import type { ClientBase } from 'pg';
import { DomainError } from '../../errors.ts';
import { MAX_METADATA } from '../../rules/runs/metadata.ts';
import { composePrompt } from '../../rules/tasks/compose-prompt.ts';
import type { PromptParameters, TaskSubject } from '../../rules/tasks/task.ts';
import type { OnBusy } from '../../vocabulary.ts';
import { statement } from '../database/statement.ts';
import { transaction } from '../database/transaction.ts';
import { UNTAKEN } from '../entities/run-statuses.ts';
import { ringChange, runChangesSql } from '../log/changes.ts';
import type { StartTimes } from '../runs/create-run.ts';
import type { Store } from '../store.ts';
import { refuseLater } from '../threads/join-thread.ts';
import { rescheduleTask } from './reschedule-task.ts';

interface Target {
  runId: string;
  ownerId: string;
}

/** The changes to a task; absent fields stay unchanged. */
export interface TaskChange {
  subject: { [Member in keyof TaskSubject]?: TaskSubject[Member] | undefined };
  prompt?: string;
  system?: string | null;
  parameters?: PromptParameters;
  provider?: string;
  model?: string;
  priority?: number;
  times?: Partial<StartTimes>;
  labels: Labels;
}

interface Labels {
  tags?: readonly string[];
  /** null removes it. */
  metadata?: Record<string, unknown> | null;
  /** Members to set; of an object that both have, its members. */
  mergeMetadata?: Record<string, unknown>;
}

/**
 * @returns false when the task is not the owner's, or when its prompt, settings, priority or start are to be changed
 * and a worker has taken it; nothing is changed then
 * @throws DomainError VALIDATION_ERROR when nothing is left to compose its prompt of, or its metadata become
 * too long
 */
export async function changeTask(store: Store, target: Target, change: TaskChange): Promise<boolean> {
  const changed = await transaction(store.database, async (client) => {
    const present = await lockTask(client, target);
    const { subject: given, priority, times, labels, ...asked } = change;
    if (!present || (present.isTaken && Object.keys(asked).length > 0)) return null;
    if (times && (present.isTaken || present.hasStarted)) return null;
    refuseLater(present.onBusy, times?.startAt, 'input.startAt');
    if (priority !== undefined && !(await movePriority(client, target, priority))) return null;
    if (times) await rescheduleTask(client, target.runId, times);
    const subject = subjectOf(present, given);
    if (Object.keys(labels).length > 0) await writeLabels(client, target.runId, labels);
    await write(client, target.runId, subject, { ...asked, ...promptOf(present, subject, change) });
    await client.query(runChangesSql('updated', 'id = $1'), [target.runId]);
    return present;
  });
  if (changed) ringChange(store.bus, { ...changed, ownerId: target.ownerId });
  return changed !== null;
}

interface PresentTask extends TaskSubject {
  sessionId: string | null;
  prompt: string;
  promptIsOurs: boolean;
  /** Whether a worker has started it, or it has ended: its request cannot be changed. */
  isTaken: boolean;
  /** Whether a worker has ever started it, even if it waits for the next one now: its start is over. */
  hasStarted: boolean;
  /** Of its thread; null: it is in none. */
  onBusy: OnBusy | null;
}

async function lockTask(client: ClientBase, { runId, ownerId }: Target): Promise<PresentTask | null> {
  const { rows } = await client.query<PresentTask>(
    `select session_id as "sessionId", title, description, target, context, task_parameters as "taskParameters", prompt,
       prompt_is_ours as "promptIsOurs",
       run.status not ${UNTAKEN} or exists (select from step where run_id = $1) as "isTaken",
       run.attempt > 0 as "hasStarted", (select on_busy from thread where id = task.thread_id) as "onBusy"
     from run join task on task.id = run.id where run.id = $1 and owner_id = $2 for update of run, task`,
    [runId, ownerId],
  );
  return rows[0] ?? null;
}

/** Concurrent changes of different fields both take effect, because the row is locked. */
function subjectOf(present: TaskSubject, given: TaskChange['subject']): TaskSubject {
  const { title, description, target, context, taskParameters } = present;
  const changed = Object.entries(given).filter(([, value]) => value !== undefined);
  return { title, description, target, context, taskParameters, ...Object.fromEntries(changed) };
}

type Prompt = Pick<PresentTask, 'prompt' | 'promptIsOurs'>;

/** A composed prompt follows the descriptive fields until a worker has taken the task. */
function promptOf(present: PresentTask, subject: TaskSubject, { prompt: given }: TaskChange): Prompt {
  if (given !== undefined) return { prompt: given, promptIsOurs: false };
  const { prompt, promptIsOurs, isTaken } = present;
  if (!promptIsOurs || isTaken) return { prompt, promptIsOurs };
  const composed = composePrompt(subject);
  if (composed !== null) return { prompt: composed, promptIsOurs };
  const message = 'input.title: the task needs a title, a description or a prompt';
  throw new DomainError('VALIDATION_ERROR', message, { field: 'input.title' });
}

/** A setting that is null stays unchanged; `system`, which may be changed to null, says so separately. */
const update = statement(
  'update-task',
  {
    id: 'text',
    title: 'text',
    description: 'text',
    target: 'text',
    context: 'jsonb',
    taskParameters: 'jsonb',
    prompt: 'text',
    promptIsOurs: 'boolean',
    changesSystem: 'boolean',
    system: 'text',
    parameters: 'jsonb',
    provider: 'text',
    model: 'text',
  },
  ($) => {
    const system = `case when ${$.changesSystem} then ${$.system} else system end`;
    const parameters = `coalesce(${$.parameters}, parameters)`;
    return `
      with grown as (
        select octet_length(concat(${$.title}, ${$.description}, ${$.target}, ${$.context}, ${$.taskParameters},
            ${$.prompt}, ${system}, ${parameters}))
          - octet_length(concat(title, description, target, context, task_parameters, prompt, system, parameters)) as bytes
        from task where id = ${$.id}
      ), touched as (
        update run set updated_at = clock_timestamp(), bytes = run.bytes + grown.bytes from grown where run.id = ${$.id}
      )
      update task set title = ${$.title}, description = ${$.description}, target = ${$.target},
        context = ${$.context}, task_parameters = ${$.taskParameters}, prompt = ${$.prompt},
        prompt_is_ours = ${$.promptIsOurs}, system = ${system}, parameters = ${parameters},
        provider = coalesce(${$.provider}, provider), model = coalesce(${$.model}, model),
        fallback_models = case when ${$.model} is not null and fallback_is_ours then '[]' else fallback_models end
      where id = ${$.id}`;
  },
);

async function write(
  client: ClientBase,
  runId: string,
  { title, description, target, context, taskParameters }: TaskSubject,
  asked: Omit<TaskChange, 'subject' | 'priority' | 'times' | 'labels'> & Prompt,
): Promise<void> {
  await client.query(
    update({
      id: runId,
      title,
      description,
      target,
      context: context && JSON.stringify(context),
      taskParameters: taskParameters && JSON.stringify(taskParameters),
      prompt: asked.prompt,
      promptIsOurs: asked.promptIsOurs,
      changesSystem: asked.system !== undefined,
      system: asked.system ?? null,
      parameters: asked.parameters ? JSON.stringify(asked.parameters) : null,
      provider: asked.provider ?? null,
      model: asked.model ?? null,
    }),
  );
}

const label = statement(
  'label-task',
  { id: 'text', tags: 'text[]', changesMetadata: 'boolean', metadata: 'jsonb', members: 'jsonb' },
  ($) => {
    const tags = `coalesce(${$.tags}, tags)`;
    const metadata = `case when ${$.changesMetadata} then ${$.metadata}
      when ${$.members} is not null then ${mergedSql('metadata', $.members)} else metadata end`;
    return `
      update run set tags = ${tags}, metadata = ${metadata},
        bytes = bytes + octet_length(concat(array_to_string(${tags}, ''), ${metadata}))
          - octet_length(concat(array_to_string(tags, ''), metadata))
      where id = ${$.id} returning metadata`;
  },
);

/** SQL: an object or null with other members; of an object that both have, with its members. */
function mergedSql(present: string, members: string): string {
  const own = `(${present} -> key)`;
  const areObjects = `jsonb_typeof(${own}) = 'object' and jsonb_typeof(value) = 'object'`;
  return `(
    select coalesce(${present}, '{}') || coalesce(
      jsonb_object_agg(key, case when ${areObjects} then ${own} || value else value end), '{}')
    from jsonb_each(${members}))`;
}

async function writeLabels(
  client: ClientBase,
  id: string,
  { tags, metadata, mergeMetadata }: Labels,
): Promise<void> {
  const { rows } = await client.query<{ metadata: unknown }>(
    label({
      id,
      tags: tags ?? null,
      changesMetadata: metadata !== undefined,
      metadata: metadata ? JSON.stringify(metadata) : null,
      members: mergeMetadata ? JSON.stringify(mergeMetadata) : null,
    }),
  );
  if (!mergeMetadata || JSON.stringify(rows[0]!.metadata).length <= MAX_METADATA) return;
  const message = `input.mergeMetadata: the metadata must have at most ${MAX_METADATA} characters together`;
  throw new DomainError('VALIDATION_ERROR', message, { field: 'input.mergeMetadata' });
}

/** @returns false when the task is not the owner's, or a worker has already taken it */
export async function changePriority(store: Store, target: Target, priority: number): Promise<boolean> {
  const moved = await transaction(store.database, (client) => movePriority(client, target, priority));
  if (moved) ringChange(store.bus, { ...moved, ownerId: target.ownerId });
  return moved !== null;
}

/** @returns null when the task is not the owner's, or a worker has already taken it */
async function movePriority(client: ClientBase, { runId, ownerId }: Target, priority: number) {
  const { rows } = await client.query<{ sessionId: string | null }>({
    name: 'change-priority',
    text: `
      update run set priority = $3, updated_at = clock_timestamp()
      where id = $1 and owner_id = $2 and kind = 'task' and status ${UNTAKEN}
      returning session_id as "sessionId"`,
    values: [runId, ownerId, priority],
  });
  if (rows.length > 0) await client.query(runChangesSql('updated', 'id = $1'), [runId]);
  return rows[0] ?? null;
}

import { z } from 'zod';
import type { Context } from '../../context.ts';
import { abilityFor } from '../../rules/agents/agent.ts';
import { queueTask } from '../../store/tasks/queue-task.ts';
import type { TaskRow } from '../../store/tasks/tasks.ts';
import { changePriority, changeTask } from '../../store/tasks/update-task.ts';
import { resolveModel } from '../models/model.ts';
import { priority, withoutNulls } from '../request/fields.ts';
import { refuseStatus } from '../request/own-run.ts';
import { requireBeginning, requireBytes } from '../request/quota.ts';
import { validate } from '../request/validate.ts';
import { requireViewer } from '../request/viewer.ts';
import { task } from './task.ts';
import { taskChange } from './task-input.ts';

/** @throws DomainError NOT_FOUND, INVALID_STATE when it is not pending, RATE_LIMITED, QUOTA_EXCEEDED */
export async function executeTask(context: Context, id: string): Promise<TaskRow> {
  const { userId } = requireViewer(context);
  await requireBeginning(context);
  const moved = await queueTask(context.store, { runId: id, ownerId: userId, from: 'pending' });
  return moved ?? refuseStatus(await task(context, id, 'input.id'), 'only a pending task can be executed');
}

/**
 * @throws DomainError NOT_FOUND, INVALID_STATE when it has not failed, or waits for a task that has not
 * completed, RATE_LIMITED, QUOTA_EXCEEDED
 */
export async function retryTask(context: Context, id: string): Promise<TaskRow> {
  const { userId } = requireViewer(context);
  await requireBeginning(context);
  const moved = await queueTask(context.store, { runId: id, ownerId: userId, from: 'failed' });
  if (moved) return moved;
  return refuseStatus(
    await task(context, id, 'input.id'),
    'only a failed task whose dependencies have completed can be retried; a task of an execution is retried with the execution, and an imported task has to be created again',
  );
}

/**
 * The descriptive fields can be changed at any time; prompt, model and priority until a worker takes the
 * task.
 * @throws DomainError NOT_FOUND, INVALID_STATE when a worker has already taken it
 */
export async function updateTask(context: Context, id: string, input: unknown): Promise<TaskRow> {
  const { userId } = requireViewer(context);
  const given = validate(taskChange, input, 'input');
  const present = await task(context, id, 'input.id');
  await requireBytes(context, given);
  const {
    prompt,
    systemPrompt: system,
    model,
    parameters,
    priority,
    startAt,
    expiresAt,
    ...described
  } = given;
  const times = {
    ...(startAt !== undefined ? { startAt } : {}),
    ...(expiresAt !== undefined ? { expiresAt } : {}),
  };
  const { tags, metadata, mergeMetadata, ...subject } = described;
  const isAskedAnew = [prompt, model, parameters].some(Boolean) || system !== undefined;
  if (isAskedAnew && present.kind === 'template')
    refuseStatus(present, 'the template of a task cannot be changed; create another task');
  if (isAskedAnew && present.kind === 'pull')
    refuseStatus(present, 'the model of a pull cannot be changed; create another task');
  const needed = present.kind === 'agent' ? abilityFor(present.tools) : 'text';
  const resolved = model ? await resolveModel(context, model, 'input.model', needed) : null;
  const moved = await changeTask(
    context.store,
    { runId: id, ownerId: userId },
    {
      subject,
      ...(prompt ? { prompt } : {}),
      ...(system !== undefined ? { system } : {}),
      ...(parameters ? { parameters: withoutNulls(parameters) } : {}),
      ...(resolved ? { provider: resolved.provider, model: resolved.model } : {}),
      ...(priority ? { priority } : {}),
      ...(Object.keys(times).length > 0 ? { times } : {}),
      labels: {
        ...(tags ? { tags } : {}),
        ...(metadata !== undefined ? { metadata } : {}),
        ...(mergeMetadata ? { mergeMetadata } : {}),
      },
    },
  );
  return afterChange(context, id, moved, given);
}

/** @throws DomainError NOT_FOUND, INVALID_STATE when a worker has already taken it */
export async function updateTaskPriority(context: Context, id: string, wanted: number): Promise<TaskRow> {
  const { userId } = requireViewer(context);
  const given = validate(z.object({ priority }), { priority: wanted }, 'input');
  const moved = await changePriority(context.store, { runId: id, ownerId: userId }, given.priority);
  return afterChange(context, id, moved, {});
}

/** The task after the change. @throws DomainError INVALID_STATE when the change was not possible */
async function afterChange(
  context: Context,
  id: string,
  moved: boolean,
  { startAt, expiresAt }: { startAt?: unknown; expiresAt?: unknown },
): Promise<TaskRow> {
  const row = await task(context, id, 'input.id');
  if (moved) return row;
  const isLate = row.attempt > 0 && (startAt !== undefined || expiresAt !== undefined);
  return refuseStatus(row, isLate ? 'it has already started' : 'a worker has already taken it');
}

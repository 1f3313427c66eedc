import { z } from 'zod';
import type { Context } from '../../context.ts';
import { DomainError } from '../../errors.ts';
import { abilityFor } from '../../rules/agents/agent.ts';
import { cancelRun } from '../../store/runs/cancel-run.ts';
import { queueRun } from '../../store/tasks/queue-task.ts';
import type { TaskRow } from '../../store/tasks/tasks.ts';
import { changePriority, changeTask, deleteTask as removeTask } from '../../store/tasks/update-task.ts';
import { resolveModel } from '../models/model.ts';
import { priority, withoutNulls } from '../request/fields.ts';
import { requireBeginning, requireBytes } from '../request/quota.ts';
import { text, validate } from '../request/validate.ts';
import { requireViewer } from '../request/viewer.ts';
import { removeOwnFolder } from '../sessions/own-folder.ts';
import { task } from './task.ts';
import { taskChange } from './task-input.ts';

/** @throws DomainError NOT_FOUND, INVALID_STATE when it is not pending, RATE_LIMITED, QUOTA_EXCEEDED */
export async function executeTask(context: Context, id: string): Promise<TaskRow> {
  const { userId } = requireViewer(context);
  await requireBeginning(context);
  const moved = await queueRun(context.store, { runId: id, ownerId: userId, from: 'pending' });
  return moved ?? refuse(await task(context, id), 'only a pending task can be executed');
}

/**
 * @throws DomainError NOT_FOUND, INVALID_STATE when it has not failed, or waits for a task that has not
 * completed, RATE_LIMITED, QUOTA_EXCEEDED
 */
export async function retryTask(context: Context, id: string): Promise<TaskRow> {
  const { userId } = requireViewer(context);
  await requireBeginning(context);
  const moved = await queueRun(context.store, { runId: id, ownerId: userId, from: 'failed' });
  if (moved) return moved;
  return refuse(
    await task(context, id),
    'only a failed task whose dependencies have completed can be retried; a task of an execution is retried with the execution',
  );
}

/**
 * When it returns, no further text of the task is written. Cancelling again has no effect.
 * @throws DomainError NOT_FOUND, INVALID_STATE when the task ended otherwise
 */
export async function cancelTask(context: Context, id: string, reason: string | null): Promise<TaskRow> {
  const { userId } = requireViewer(context);
  const given = validate(z.object({ reason: text({ max: 1000 }).nullable() }), { reason }, 'input');
  const moved = await cancelRun(context.store, {
    runId: id,
    kind: 'task',
    ownerId: userId,
    reason: given.reason,
  });
  const row = await task(context, id);
  return moved || row.status === 'cancelled' ? row : refuse(row, 'it has already ended');
}

/**
 * The descriptive fields can be changed at any time; prompt, model and priority until a worker takes the
 * task.
 * @throws DomainError NOT_FOUND, INVALID_STATE when a worker has already taken it
 */
export async function updateTask(context: Context, id: string, input: unknown): Promise<TaskRow> {
  const { userId } = requireViewer(context);
  const given = validate(taskChange, input, 'input');
  const present = await task(context, id);
  await requireBytes(context, given);
  const { prompt, system, model, parameters, priority, ...subject } = given;
  const isAskedAnew = [prompt, model, parameters].some(Boolean) || system !== undefined;
  if (isAskedAnew && present.kind === 'template')
    refuse(present, 'the template of a task cannot be changed; create another task');
  if (isAskedAnew && present.kind === 'pull')
    refuse(present, 'the model of a pull cannot be changed; create another task');
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
    },
  );
  return told(context, id, moved, 'a worker has already taken it');
}

/** @throws DomainError NOT_FOUND, INVALID_STATE when a worker has already taken it */
export async function updateTaskPriority(context: Context, id: string, wanted: number): Promise<TaskRow> {
  const { userId } = requireViewer(context);
  const given = validate(z.object({ priority }), { priority: wanted }, 'input');
  const moved = await changePriority(context.store, { runId: id, ownerId: userId }, given.priority);
  return told(context, id, moved, 'a worker has already taken it');
}

/**
 * Ends the task if it is unfinished, and subscriptions to it. @throws DomainError NOT_FOUND, INVALID_STATE
 */
export async function deleteTask(context: Context, id: string): Promise<void> {
  const { userId } = requireViewer(context);
  const { workingDirectory } = await task(context, id);
  if (!(await removeTask(context.store, { runId: id, ownerId: userId })))
    refuse(await task(context, id), 'it is part of an execution; delete the execution instead');
  await removeOwnFolder(context, workingDirectory, id);
}

/** The task after the change. @throws DomainError INVALID_STATE when the change was not possible */
async function told(context: Context, id: string, moved: boolean, why: string): Promise<TaskRow> {
  const row = await task(context, id);
  return moved ? row : refuse(row, why);
}

function refuse({ status }: TaskRow, why: string): never {
  throw new DomainError('INVALID_STATE', `input.id: the task is ${status}: ${why}`, { field: 'input.id' });
}

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
 * @throws DomainError NOT_FOUND, INVALID_STATE when it has not failed, or waits for one that has not completed,
 * RATE_LIMITED, QUOTA_EXCEEDED
 */
export async function retryTask(context: Context, id: string): Promise<TaskRow> {
  const { userId } = requireViewer(context);
  await requireBeginning(context);
  const moved = await queueRun(context.store, { runId: id, ownerId: userId, from: 'failed' });
  if (moved) return moved;
  return refuse(
    await task(context, id),
    'only a failed task whose dependencies have completed can be retried; one of an execution is, with it',
  );
}

/**
 * After the answer no later token of the task exists. Cancelling what is cancelled already is no error.
 * @throws DomainError NOT_FOUND, INVALID_STATE when the task ended otherwise.
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
  return moved || row.status === 'cancelled' ? row : refuse(row, 'it has ended already');
}

/**
 * What a task is about may be told at any time; what its model is asked, and when, until a worker takes it.
 * @throws DomainError NOT_FOUND, INVALID_STATE when a worker has taken it already.
 */
export async function updateTask(context: Context, id: string, input: unknown): Promise<TaskRow> {
  const { userId } = requireViewer(context);
  const given = validate(taskChange, input, 'input');
  const present = await task(context, id);
  await requireBytes(context, given);
  const { prompt, system, model, parameters, priority, ...subject } = given;
  const isAskedAnew = [prompt, model, parameters].some(Boolean) || system !== undefined;
  if (isAskedAnew && present.kind === 'template')
    refuse(present, 'a template is not changed task by task; make another');
  if (isAskedAnew && present.kind === 'pull')
    refuse(present, 'what a pull fetches is not changed; make another');
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
  return told(context, id, moved, 'a worker has taken it already');
}

/** @throws DomainError NOT_FOUND, INVALID_STATE when a worker has taken it already. */
export async function updateTaskPriority(context: Context, id: string, wanted: number): Promise<TaskRow> {
  const { userId } = requireViewer(context);
  const given = validate(z.object({ priority }), { priority: wanted }, 'input');
  const moved = await changePriority(context.store, { runId: id, ownerId: userId }, given.priority);
  return told(context, id, moved, 'a worker has taken it already');
}

/** Ends what is not finished, and its subscriptions with it. @throws DomainError NOT_FOUND, INVALID_STATE */
export async function deleteTask(context: Context, id: string): Promise<void> {
  const { userId } = requireViewer(context);
  const { workingDirectory } = await task(context, id);
  if (!(await removeTask(context.store, { runId: id, ownerId: userId })))
    refuse(await task(context, id), 'it is a part of an execution, and goes with it');
  await removeOwnFolder(context, workingDirectory, id);
}

/** The task as it is now. @throws DomainError INVALID_STATE when it could not be moved. */
async function told(context: Context, id: string, moved: boolean, why: string): Promise<TaskRow> {
  const row = await task(context, id);
  return moved ? row : refuse(row, why);
}

function refuse({ status }: TaskRow, why: string): never {
  throw new DomainError('INVALID_STATE', `input.id: the task is ${status}: ${why}`, { field: 'input.id' });
}

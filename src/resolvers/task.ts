import type { Context } from '../context.ts';
import { DomainError } from '../errors.ts';
import { newId } from '../rules/ids.ts';
import { findRepeated, createTask as insertTask } from '../store/create-task.ts';
import { findTask, type TaskRow } from '../store/tasks.ts';
import { idempotencyOf } from './idempotency.ts';
import { resolveModel, resolveModels } from './model.ts';
import { assign } from './task-agent.ts';
import { DEFAULT_PRIORITY, newTask } from './task-input.ts';
import { thread } from './thread.ts';
import { validate } from './validate.ts';
import { requireViewer } from './viewer.ts';

/** @throws DomainError for what is wrong with the input, with the field; CONFLICT for a key that was used before. */
export async function createTask(context: Context, input: unknown): Promise<TaskRow> {
  const { userId } = requireViewer(context);
  const given = validate(newTask, input, 'input');
  const idempotency = idempotencyOf(given);
  const earlier = idempotency && (await findRepeated(context.store, userId, idempotency));
  if (earlier) return task(context, earlier);
  if (given.threadId) await thread(context, given.threadId, 'input.threadId');
  const { model: wanted, ...assignment } = await assign(context, given);
  const { provider, model, events } = await resolveModel(context, wanted, 'input.model');
  const kind = given.kind ?? 'prompt';
  const created = await insertTask(context.store, {
    id: newId(),
    ownerId: userId,
    origin: context.origin,
    kind,
    type: given.type ?? null,
    prompt: given.prompt,
    ...assignment,
    provider,
    model,
    fallbackModels: await resolveModels(context, given.fallbackModels ?? [], 'input.fallbackModels'),
    responseSchema: given.responseSchema ?? null,
    threadId: given.threadId ?? null,
    priority: given.priority ?? DEFAULT_PRIORITY,
    hold: given.hold ?? false,
    dependsOn: given.dependsOn ?? [],
    idempotency,
    events: [{ type: 'RunCreated', data: { kind } }, ...assignment.events, ...events],
  });
  return typeof created === 'string' ? task(context, created) : created;
}

/** @throws DomainError NOT_FOUND, for another user's task too. */
export async function task(context: Context, id: string): Promise<TaskRow> {
  const { userId } = requireViewer(context);
  const found = await findTask(context.store.database, userId, id);
  if (!found) throw new DomainError('NOT_FOUND', 'there is no such task');
  return found;
}
